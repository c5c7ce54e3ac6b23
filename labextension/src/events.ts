/** The one stream of changes everything in the panel lives from: reconnects, resumes, rests while nobody looks. */

import { DisposableDelegate, IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { EasyMakerClient } from './client';
import { isAbort } from './errors';
import { messages } from './sse';
import type { IResourceEvent } from './types';

/** Milliseconds in which views that come and go are gathered before the stream is asked for something else. */
const SETTLE = 50;
/** Milliseconds between attempts; the last one repeats. */
const BACKOFF = [500, 1000, 2000, 5000, 10000];

export type StreamState = 'stopped' | 'connecting' | 'open';

export class EventStream implements IDisposable {
  constructor(private readonly client: EasyMakerClient) {}

  /** A change of a resource. */
  get received(): ISignal<this, IResourceEvent> {
    return this._received;
  }

  /** The connection was lost; it is being made again. */
  get broken(): ISignal<this, unknown> {
    return this._broken;
  }

  /** Events were lost for good, as when the backend has a new store: look at everything again. */
  get missed(): ISignal<this, void> {
    return this._missed;
  }

  /** Something that is watched is different now. */
  get progressed(): ISignal<this, string> {
    return this._progressed;
  }

  /**
   * Be told of something that changes without events, as long as the answer is not disposed of.
   *
   * @param watched - such as `TRAINING_METRICS/ID`; the backend knows what there is.
   */
  watch(watched: string): IDisposable {
    this._watched.set(watched, (this._watched.get(watched) ?? 0) + 1);
    this.settle();
    return new DisposableDelegate(() => {
      const left = (this._watched.get(watched) ?? 0) - 1;
      if (left > 0) {
        this._watched.set(watched, left);
      } else {
        this._watched.delete(watched);
      }
      this.settle();
    });
  }

  get state(): StreamState {
    return this._state;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Begin to listen, after the last event seen. Listening already: nothing happens. */
  start(): void {
    if (this._abort || this._disposed) {
      return;
    }
    this._abort = new AbortController();
    void this.run(this._abort.signal);
  }

  /** Let go of the connection; `start` goes on where it was. */
  stop(): void {
    this._abort?.abort();
    this._abort = null;
    this._state = 'stopped';
  }

  /** Forget the last event: the next start listens from then on. */
  forget(): void {
    this._lastEventId = null;
  }

  dispose(): void {
    clearTimeout(this._settleTimer);
    this.stop();
    this._disposed = true;
    Signal.clearData(this);
  }

  private settle(): void {
    clearTimeout(this._settleTimer);
    this._settleTimer = setTimeout(() => this.ask(), SETTLE);
  }

  /** Ask for what is watched now. A connection that is not made yet is waited for: it knows where to go on. */
  private ask(): void {
    if (this._state === 'open' && this._asked !== this.wanted().join()) {
      this.stop();
      this.start();
    }
  }

  private wanted(): string[] {
    return [...this._watched.keys()].sort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this._state = 'connecting';
      try {
        const wanted = this.wanted();
        const response = await this.client.followEvents(this._lastEventId, wanted, signal);
        failures = 0;
        for await (const message of messages(response)) {
          if (signal.aborted) {
            return;
          }
          this._lastEventId = message.id ?? this._lastEventId;
          if (message.event === 'hello') {
            if ((JSON.parse(message.data) as { complete: boolean }).complete === false) {
              this._missed.emit();
            }
            this._state = 'open';
            this._asked = wanted.join();
            this.ask();
          } else if (message.event === 'change') {
            this._received.emit(JSON.parse(message.data) as IResourceEvent);
          } else if (message.event === 'progress') {
            this._progressed.emit((JSON.parse(message.data) as { watch: string }).watch);
          }
        }
        this._broken.emit(null);
      } catch (error) {
        if (signal.aborted || isAbort(error)) {
          return;
        }
        this._broken.emit(error);
      }
      await pause(BACKOFF[Math.min(failures++, BACKOFF.length - 1)], signal);
    }
  }

  private _abort: AbortController | null = null;
  private _asked = '';
  private _broken = new Signal<this, unknown>(this);
  private _disposed = false;
  private _lastEventId: string | null = null;
  private _missed = new Signal<this, void>(this);
  private _progressed = new Signal<this, string>(this);
  private _received = new Signal<this, IResourceEvent>(this);
  private _settleTimer: ReturnType<typeof setTimeout> | undefined;
  private _state: StreamState = 'stopped';
  private readonly _watched = new Map<string, number>();
}

/** Wait; less when aborted meanwhile. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
