/** Shows a notebook to be read: no kernel, no editing, outputs rendered by JupyterLab and not trusted. */

import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { ICell, INotebookContent, IOutput, MultilineString } from '@jupyterlab/nbformat';
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import { IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { Panel, Widget } from '@lumino/widgets';

export class NotebookView extends Panel {
  constructor(
    private readonly rendermime: IRenderMimeRegistry,
    private readonly languages: IEditorLanguageRegistry
  ) {
    super();
    this.addClass('em-Notebook');
  }

  /** Show these cells; those that did not change stay as they are. */
  setNotebook(notebook: INotebookContent): void {
    notebook.cells.forEach((cell, index) => {
      const key = JSON.stringify(cell);
      if (this.keys[index] !== key) {
        this.widgets[index]?.dispose();
        this.insertWidget(index, this.createCell(cell, notebook));
        this.keys[index] = key;
      }
    });
    this.widgets.slice(notebook.cells.length).forEach(widget => widget.dispose());
    this.keys.length = notebook.cells.length;
  }

  /** Mark the cell that failed and bring it into view. */
  showFailed(index: number | null): void {
    this.widgets.forEach((widget, at) => widget.toggleClass('em-mod-failed', at === index));
    if (index !== null) {
      this.widgets[index]?.node.scrollIntoView({ block: 'center' });
    }
  }

  private createCell(cell: ICell, notebook: INotebookContent): Widget {
    const panel = new Panel();
    panel.addClass('em-Notebook-cell');
    if (cell.cell_type === 'markdown') {
      panel.addWidget(this.createMarkdown(textOf(cell.source)));
      return panel;
    }
    panel.addWidget(this.createSource(cell, notebook));
    const outputs = (cell.outputs as IOutput[] | undefined) ?? [];
    if (outputs.length > 0) {
      const values = outputs.map(joined);
      const model = new OutputAreaModel({ values, trusted: false });
      const area = new SimplifiedOutputArea({ model, rendermime: this.rendermime });
      area.addClass('em-Notebook-outputs');
      panel.addWidget(area);
    }
    return panel;
  }

  private createMarkdown(source: string): Widget {
    const renderer = this.rendermime.createRenderer('text/markdown');
    const model = new MimeModel({ data: { 'text/markdown': source }, trusted: false });
    void renderer.renderModel(model);
    return renderer;
  }

  private createSource(cell: ICell, notebook: INotebookContent): Widget {
    const widget = new Widget({ node: document.createElement('pre') });
    widget.addClass('em-Notebook-source');
    const source = textOf(cell.source);
    const name = notebook.metadata.language_info?.name ?? 'python';
    const language = this.languages.findByName(name) ?? this.languages.findByName('python');
    if (cell.cell_type !== 'code' || !language) {
      widget.node.textContent = source;
    } else {
      void this.languages.highlight(source, language, widget.node);
    }
    return widget;
  }

  private keys: string[] = [];
}

/** Files keep long texts as lists of lines; the renderers want them whole. */
function joined(output: IOutput): IOutput {
  const whole = { ...output };
  if (isLines(whole.text)) {
    whole.text = whole.text.join('');
  }
  if (whole.data) {
    whole.data = Object.fromEntries(
      Object.entries(whole.data).map(([type, value]) => [
        type,
        isLines(value) && !type.endsWith('json') ? value.join('') : value
      ])
    );
  }
  return whole;
}

function isLines(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(line => typeof line === 'string');
}

function textOf(source: MultilineString): string {
  return Array.isArray(source) ? source.join('') : source;
}
