/** The one stream of changes everything in the panel lives from: reconnects, resumes, rests while nobody looks. */

import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { EasyMakerClient } from './client';
import { isAbort } from './errors';
import { messages } from './sse';
import type { IResourceEvent } from './types';

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
    this.stop();
    this._disposed = true;
    Signal.clearData(this);
  }

  private async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this._state = 'connecting';
      try {
        const response = await this.client.followEvents(this._lastEventId, signal);
        this._state = 'open';
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
          } else if (message.event === 'change') {
            this._received.emit(JSON.parse(message.data) as IResourceEvent);
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
  private _broken = new Signal<this, unknown>(this);
  private _disposed = false;
  private _lastEventId: string | null = null;
  private _missed = new Signal<this, void>(this);
  private _received = new Signal<this, IResourceEvent>(this);
  private _state: StreamState = 'stopped';
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
