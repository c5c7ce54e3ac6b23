/** Requests to our server extension with JupyterLab's own settings (token, XSRF), answered as JSON or as a stream. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { ApiError, IFieldError, isAbort } from './errors';

export type Query = Record<string, string | number | boolean | string[] | undefined>;

interface IEnvelope {
  header?: { isSuccessful: boolean; resultCode: number; resultMessage: string };
  errors?: IFieldError[];
  message?: string;
}

export interface IRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Query;
  /** Sent as JSON, or as it is when it is binary. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export class Http {
  constructor(readonly settings: ServerConnection.ISettings) {}

  /** The address of something below `{baseUrl}easymaker/`. */
  url(path: string, query: Query = {}): string {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value === undefined || value === '') {
        continue;
      }
      for (const one of Array.isArray(value) ? value : [value]) {
        parameters.append(key, String(one));
      }
    }
    const text = parameters.toString();
    return URLExt.join(this.settings.baseUrl, 'easymaker', path) + (text ? `?${text}` : '');
  }

  /**
   * Send a request and hand back the answer before its body is read.
   *
   * @throws ApiError when there is no answer or it is a refusal.
   */
  async open(path: string, request: IRequest = {}): Promise<Response> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(
        this.url(path, request.query),
        init(request),
        this.settings
      );
    } catch (error) {
      if (isAbort(error) || request.signal?.aborted) {
        throw error;
      }
      throw new ApiError('The Jupyter server does not answer. Check that it is running.', 0);
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }

  /** Send a request and read its JSON answer. */
  async json<T>(path: string, request: IRequest = {}): Promise<T> {
    const response = await this.open(path, request);
    return (await response.json()) as T;
  }
}

function init(request: IRequest): RequestInit {
  const headers: Record<string, string> = { ...request.headers };
  let body: BodyInit | undefined;
  if (request.body instanceof Uint8Array || request.body instanceof Blob) {
    body = request.body;
  } else if (request.body !== undefined) {
    body = JSON.stringify(request.body);
    headers['Content-Type'] = 'application/json';
  }
  // With its own default, JupyterLab adds the time to every query, which the backend rightly refuses.
  const cache = 'no-cache';
  return { method: request.method ?? 'GET', headers, body, cache, signal: request.signal };
}

async function refusal(response: Response): Promise<ApiError> {
  let envelope: IEnvelope = {};
  const text = await response.text();
  try {
    envelope = JSON.parse(text) as IEnvelope;
  } catch {
    // Not from our backend (a proxy in between, say): the status has to do.
    envelope = {};
  }
  const sentence =
    envelope.header?.resultMessage ||
    envelope.message ||
    `The server answered ${response.status} ${response.statusText}.`;
  return new ApiError(
    sentence,
    response.status,
    envelope.header?.resultCode ?? 0,
    envelope.errors ?? []
  );
}
