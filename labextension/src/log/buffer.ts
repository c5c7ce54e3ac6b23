/** The lines of a log as a terminal would leave them, the oldest dropped when there are too many. */

import { plainText } from './ansi';

export const MAX_LINES = 100_000;
/** Characters; the rest of a longer line is only in the download. */
const MAX_LINE = 20_000;

export class LogBuffer {
  constructor(private readonly maxLines: number = MAX_LINES) {}

  /** Lines that are not here any more. */
  get dropped(): number {
    return this._dropped;
  }

  get length(): number {
    return this.lines.length + (this.open ? 1 : 0);
  }

  /** A line with its control sequences, from 0. */
  line(index: number): string {
    return index < this.lines.length ? this.lines[index] : overwrite(this.open);
  }

  push(text: string): void {
    const parts = (this.open + text).split('\n');
    this.open = parts.pop() ?? '';
    if (this.open.length > 4 * MAX_LINE) {
      this.open = overwrite(this.open);
    }
    for (const part of parts) {
      this.lines.push(overwrite(part));
    }
    // Some slack, so that the array is not moved with every line.
    if (this.lines.length > this.maxLines * 1.1) {
      const extra = this.lines.length - this.maxLines;
      this.lines.splice(0, extra);
      this._dropped += extra;
    }
  }

  clear(): void {
    this.lines = [];
    this.open = '';
    this._dropped = 0;
  }

  /** Forget the first line: the one a reading from the middle cuts in two. */
  dropFirst(): void {
    this.lines.shift();
  }

  /** The lines that hold the words, upper and lower case alike. */
  find(words: string): number[] {
    const sought = words.toLowerCase();
    const found: number[] = [];
    for (let index = 0; index < this.length; index++) {
      if (plainText(this.line(index)).toLowerCase().includes(sought)) {
        found.push(index);
      }
    }
    return found;
  }

  private lines: string[] = [];
  private open = '';
  private _dropped = 0;
}

/** What a carriage return leaves to be seen: progress bars write their line again and again. */
function overwrite(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const seen = text.slice(text.lastIndexOf('\r') + 1);
  return seen.length > MAX_LINE ? `${seen.slice(0, MAX_LINE)}…` : seen;
}
