import { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-easymaker:plugin',
  autoStart: true,
  activate: () => undefined
};

export default plugin;
