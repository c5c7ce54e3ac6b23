/** Terminal output as text or as coloured pieces: programs write colours for terminals, people read them here. */

/** Colours and styles (SGR), and every other control sequence, which only makes sense on a real screen. */
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b(?:\[([0-9;:]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_=>])/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;
const COLORS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

export interface ISpan {
  text: string;
  /** JupyterLab's own classes for terminal colours. */
  className: string;
}

/** The text without any control sequence. */
export function plainText(text: string): string {
  return text.replace(SEQUENCE, '').replace(CONTROL, char => (char === '\n' ? char : ''));
}

/** The pieces of one line, each in one style. */
export function spans(line: string): ISpan[] {
  const found: ISpan[] = [];
  const style = new Style();
  let at = 0;
  const add = (text: string): void => {
    const clean = text.replace(CONTROL, '');
    if (clean) {
      found.push({ text: clean, className: style.className });
    }
  };
  for (const match of line.matchAll(SEQUENCE)) {
    add(line.slice(at, match.index));
    at = match.index! + match[0].length;
    if (match[2] === 'm') {
      style.apply(match[1]);
    }
  }
  add(line.slice(at));
  return found;
}

class Style {
  private bold = false;
  private underline = false;
  private foreground = '';
  private background = '';

  get className(): string {
    return [
      this.bold && 'ansi-bold',
      this.underline && 'ansi-underline',
      this.foreground && `ansi-${this.foreground}-fg`,
      this.background && `ansi-${this.background}-bg`
    ]
      .filter(Boolean)
      .join(' ');
  }

  apply(parameters: string): void {
    const codes = parameters.split(/[;:]/).map(Number);
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index];
      if (code === 38 || code === 48) {
        // 256 colours and true colour have no class: their arguments are skipped.
        index += codes[index + 1] === 5 ? 2 : 4;
      } else {
        this.one(code);
      }
    }
  }

  private one(code: number): void {
    if (code === 0) {
      this.bold = this.underline = false;
      this.foreground = this.background = '';
    } else if (code === 1) {
      this.bold = true;
    } else if (code === 22) {
      this.bold = false;
    } else if (code === 4) {
      this.underline = true;
    } else if (code === 24) {
      this.underline = false;
    } else if (code === 39) {
      this.foreground = '';
    } else if (code === 49) {
      this.background = '';
    } else if (code >= 30 && code <= 37) {
      this.foreground = COLORS[code - 30];
    } else if (code >= 90 && code <= 97) {
      this.foreground = `${COLORS[code - 90]}-intense`;
    } else if (code >= 40 && code <= 47) {
      this.background = COLORS[code - 40];
    } else if (code >= 100 && code <= 107) {
      this.background = `${COLORS[code - 100]}-intense`;
    }
  }
}
