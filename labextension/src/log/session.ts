/** Follows the log of one node or pod: its end first, then live; goes on where it was after a break. */

import { ISignal, Signal } from '@lumino/signaling';

import type { ILogApi, LogPart } from '../resourceApi';
import { ApiError, isAbort } from '../errors';
import { pause } from '../events';
import { messages } from '../sse';
import { LogBuffer } from './buffer';

/** Bytes read at most before following; what lies before is only in the download. */
const TAIL = 4 * 1024 * 1024;
const RETRY = 2000;

export class LogSession {
  constructor(
    private readonly api: ILogApi,
    private readonly id: string,
    readonly part: LogPart
  ) {}

  readonly buffer = new LogBuffer();

  /** Lines came, or the state changed; told at most once a frame. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Bytes at the beginning of the log that are not shown. */
  get skipped(): number {
    return this._skipped;
  }

  /** What printed it has ended, and everything is here. */
  get complete(): boolean {
    return this._complete;
  }

  /** Why nothing comes at the moment, if so. */
  get error(): unknown {
    return this._error;
  }

  /** The first answer is here. */
  get begun(): boolean {
    return this._offset !== null;
  }

  start(): void {
    if (this.abort || this._complete) {
      return;
    }
    this.abort = new AbortController();
    void this.run(this.abort.signal);
  }

  stop(): void {
    this.abort?.abort();
    this.abort = null;
  }

  dispose(): void {
    this.stop();
    cancelAnimationFrame(this.frame);
    Signal.clearData(this);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this._complete) {
      try {
        if (this._offset === null) {
          await this.readTail(signal);
        }
        await this.follow(signal);
      } catch (error) {
        if (signal.aborted || isAbort(error)) {
          return;
        }
        this._error = error;
        this.tell();
        if (error instanceof ApiError && error.notFound) {
          return;
        }
        await pause(RETRY, signal);
      }
    }
  }

  private async readTail(signal: AbortSignal): Promise<void> {
    const query = { ...this.part, offset: -TAIL, limit: TAIL };
    const chunk = await this.api.log(this.id, query, signal);
    this.buffer.push(chunk.text);
    if (chunk.offset > 0) {
      this._skipped = chunk.offset;
      this.buffer.dropFirst();
    }
    this._offset = chunk.nextOffset;
    this._error = null;
    this.tell();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const query = { ...this.part, offset: this._offset ?? 0 };
    const response = await this.api.followLog(this.id, query, signal);
    this._error = null;
    for await (const message of messages(response)) {
      if (signal.aborted) {
        return;
      }
      if (message.event === 'end') {
        this._complete = true;
        this.tell();
        return;
      }
      if (message.event === 'log') {
        const piece = JSON.parse(message.data) as { text: string; nextOffset: number };
        this.buffer.push(piece.text);
        this._offset = piece.nextOffset;
        this.tell();
      }
    }
    await pause(RETRY, signal);
  }

  private tell(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this._changed.emit());
  }

  private abort: AbortController | null = null;
  private frame = 0;
  private _changed = new Signal<this, void>(this);
  private _complete = false;
  private _error: unknown = null;
  private _offset: number | null = null;
  private _skipped = 0;
}
