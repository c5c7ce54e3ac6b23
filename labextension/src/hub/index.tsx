/** The administrators' page as a page of JupyterHub: the panel's own components, without JupyterLab around them. */

import { ServerConnection } from '@jupyterlab/services';
import { TranslationManager } from '@jupyterlab/translation';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { AppContext, HostContext, ICore } from '../app';
import { EasyMakerClient } from '../client';
import { BackendNotice } from '../components/BackendNotice';
import { useContextState } from '../hooks';
import { Http } from '../http';
import { EasyMakerModel } from '../model';
import { Administration } from '../pages/Administration';

/** What the hub's own template tells the scripts of its pages. */
interface IHubData {
  /** Of the hub, with a slash at both ends: `/hub/`. */
  base_url: string;
  xsrf_token: string;
}

/** Requests go to the hub, which knows who asks; there is no token in this page. */
function settingsFor(hub: IHubData): ServerConnection.ISettings {
  return ServerConnection.makeSettings({
    baseUrl: new URL(hub.base_url, location.href).href,
    appUrl: '',
    token: '',
    init: { cache: 'no-cache', credentials: 'same-origin' },
    fetch: (input, init) => {
      const request = new Request(input, init);
      // The hub's, not that of whatever other cookie of this name there is.
      request.headers.set('X-XSRFToken', hub.xsrf_token);
      return fetch(request);
    }
  });
}

function Page(): JSX.Element {
  const state = useContextState();
  const known = React.useRef(false);
  known.current ||= state?.status === 'ready';
  return known.current ? <Administration /> : <BackendNotice />;
}

/** The hub has no setting of a language, so that of the browser is taken. */
async function show(root: HTMLElement, hub: IHubData): Promise<void> {
  const settings = settingsFor(hub);
  const locale = navigator.language;
  const translations = new TranslationManager('easymaker/translations', '', settings);
  await translations.fetch(locale);
  document.documentElement.lang = locale;
  const core: ICore = {
    model: new EasyMakerModel(new EasyMakerClient(new Http(settings))),
    trans: translations.load('jupyter_easymaker'),
    locale
  };
  const host = { visible: true, setTitle: () => undefined, close: () => undefined };
  createRoot(root).render(
    <AppContext.Provider value={core}>
      <HostContext.Provider value={host}>
        <div className="em-View">
          <Page />
        </div>
      </HostContext.Provider>
    </AppContext.Provider>
  );
}

void show(
  document.getElementById('easymaker-administration')!,
  (window as unknown as { jhdata: IHubData }).jhdata
);
