/** Server-sent events read from a fetch answer: EventSource can send neither headers nor JupyterLab's token. */

export interface IServerMessage {
  event: string;
  data: string;
  id: string | null;
}

/** Turns text as it arrives into messages; a message may come in several pieces. */
export class MessageParser {
  private rest = '';

  push(text: string): IServerMessage[] {
    // A CR at the very end may be the first half of a CRLF.
    const all = this.rest + text;
    const blocks = all.split(/\r?\n\r?\n/);
    this.rest = blocks.pop() ?? '';
    return blocks.map(parse).filter((message): message is IServerMessage => message !== null);
  }
}

function parse(block: string): IServerMessage | null {
  const data: string[] = [];
  let event = 'message';
  let id: string | null = null;
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) {
      continue; // a comment: the heartbeat
    }
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') {
      data.push(value);
    } else if (name === 'event') {
      event = value;
    } else if (name === 'id') {
      id = value;
    }
  }
  return data.length > 0 ? { event, data: data.join('\n'), id } : null;
}

/** Read the messages of a streamed answer until it ends. */
export async function* messages(
  response: Response
): AsyncGenerator<IServerMessage, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) {
    return;
  }
  const decoder = new TextDecoder();
  const parser = new MessageParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Leaving early must let go of the connection; a failed one has nothing left to let go of.
    reader.cancel().catch(() => undefined);
  }
}
