/** Icons of our own; everything else comes from JupyterLab. */

import { LabIcon } from '@jupyterlab/ui-components';

function icon(name: string, drawing: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${drawing}</svg>`;
  return new LabIcon({ name: `jupyter-easymaker:${name}`, svgstr });
}

/** Three neurons that feed a fourth. */
export const easyMakerIcon = icon(
  'logo',
  `<g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M5.6 6.3 16 11.2v1.6L5.6 17.7l-.7-1.6L13.6 12 4.9 7.9z"/>
    <path d="M6 11.2h10v1.6H6z"/>
    <circle cx="5" cy="6" r="2.7"/><circle cx="5" cy="12" r="2.2"/><circle cx="5" cy="18" r="2.7"/>
    <circle cx="17.8" cy="12" r="4"/>
  </g>`
);

/** A flask. */
export const experimentIcon = icon(
  'experiment',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M9 2h6v2h-1v5.2l5.6 9.4A2.2 2.2 0 0 1 17.7 22H6.3a2.2
    2.2 0 0 1-1.9-3.4L10 9.2V4H9zm3 2v5.8L9.5 14h5L12 9.8z M12 4v5.8L6.2 19.6q-.2.4.3.4h11q.5 0 .3-.4L12 9.8z"/>`
);

/** A curve that gets better. */
export const trainingIcon = icon(
  'training',
  `<g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M3 3h2v16h16v2H3z"/>
    <path d="M7 6.6 8.6 5.4c2.4 5.6 5.2 8.6 12 9.6l-.4 2C12.600 16 9.500 12.600 7 6.600z"/>
    <circle cx="8" cy="6" r="2"/><circle cx="20" cy="16" r="2"/>
  </g>`
);

/** Sliders. */
export const tuningIcon = icon(
  'tuning',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M5 3h2v6h2v2H3V9h2zm0 10h2v8H5zM11 3h2v10h2v2H9v-2h2zm0
    14h2v4h-2zM17 3h2v3h2v2h-6V6h2zm0 7h2v11h-2z"/>`
);

/** A box. */
export const modelIcon = icon(
  'model',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="m12 2 9 4.700v10.600L12 22l-9-4.700V6.700zm0 2.250L6.400
    7.200 12 10.100l5.600-2.900zM5 8.700v7.400l6 3.100v-7.400zm14 0-6 3.100v7.400l6-3.100z"/>`
);

/** A sheet with blanks. */
export const templateIcon = icon(
  'template',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M5 2h10l5 5v15H5zm2 2v16h11V8h-4V4zm2 7h7v2H9zm0
    4h7v2H9z"/>`
);

/** A plug with a signal. */
export const endpointIcon = icon(
  'endpoint',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M8 2h2v5h4V2h2v5h2v5a6 6 0 0 1-5 5.900V22h-2v-4.100A6
    6 0 0 1 6 12V7h2zm0 7v3a4 4 0 0 0 8 0V9z"/>`
);

/** Two arrows past each other. */
export const swapIcon = icon(
  'swap',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="m16 4 5 4.500-5 4.500V9.700H4V7.300h12zM8 11v3.300h12v2.400H8V20l-5-4.500z"/>`
);

/** Rows that go in and come out. */
export const batchInferenceIcon = icon(
  'batch-inference',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 4h11v2H3zm0 5h11v2H3zm0 5h7v2H3zm0 5h7v2H3zm13.500-7
    5.500 5.500-5.500 5.500-1.400-1.400 3.100-3.100H12v-2h6.200l-3.100-3.100z"/>`
);

/** A notebook with a spine. */
export const notebookIcon = icon(
  'notebook',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M6 2h13v20H6v-3H4v-2h2v-4H4v-2h2V7H4V5h2zm2
    2v16h9V4zm2 3h5v2h-5zm0 4h5v2h-5z"/>`
);

/** Layers. */
export const imageIcon = icon(
  'image',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="m12 2 10 5-10 5L2 7zm0 2.200L6.500 7l5.500 2.800L17.500
    7zM4 10.800l8 4 8-4 2 1-10 5-10-5zm0 4.700 8 4 8-4 2 1-10 5-10-5z"/>`
);

/** A key. */
export const registryAccountIcon = icon(
  'registry-account',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M7.500 7a5 5 0 0 1 4.600 3H22v4h-2v3h-4v-3h-3.900A5 5 0 1 1
    7.500 7zm0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"/>`
);

/** A shield. */
export const administrationIcon = icon(
  'administration',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="m12 2 8 3v6c0 5-3.400 9.300-8 11-4.600-1.700-8-6-8-11V5zm0
    2.100L6 6.400V11c0 3.900 2.500 7.300 6 8.800 3.500-1.500 6-4.900 6-8.800V6.400z"/>`
);

/** A dial. */
export const dashboardIcon = icon(
  'dashboard',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 3h8v10H3zm2 2v6h4V5zm8-2h8v6h-8zm2 2v2h4V5zm-2
    6h8v10h-8zm2 2v6h4v-6zM3 15h8v6H3zm2 2v2h4v-2z"/>`
);

/** Lines under a glass. */
export const logSearchIcon = icon(
  'log-search',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M3 4h18v2H3zm0 5h8v2H3zm0 5h6v2H3zm0 5h8v2H3zM16
    9a5 5 0 0 1 4 8l2.500 2.500-1.400 1.400L18.600 18.400A5 5 0 1 1 16 9zm0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"/>`
);

/** Bars that grow. */
export const tensorboardIcon = icon(
  'tensorboard',
  `<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M4 13h4v7H4zm6-5h4v12h-4zm6-4h4v16h-4z"/>`
);
