import { text } from 'node:stream/consumers';
import { type Dispatcher, fetch, type RequestInit } from 'undici';

export const MEBIBYTE = 1024 * 1024;

/** A body grew past its bound. What had come of it is dropped, and its connection closed. */
export class BodyTooLarge extends Error {
  constructor() {
    super('the answer is too large');
    this.name = 'BodyTooLarge';
  }
}

/**
 * A body of an answer as text, in the pieces in which it arrives, unless it is larger than `most` bytes: then the
 * connection ends while it arrives.
 *
 * @throws {BodyTooLarge}
 * @throws as the body does when its connection breaks
 */
export async function* boundedPieces(body: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  // Leaving the loop destroys the body, and with it the connection.
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new BodyTooLarge();
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

export async function boundedText(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  return await text(boundedPieces(body, most));
}

/** Forms are for files, of which the bot sends none. */
type TextRequest = Omit<RequestInit, 'body'> & { body?: string | FormData };

/** `fetch` over `dispatcher`, with answers whose bodies fail with `BodyTooLarge`, and end their connection, past `most` bytes. */
export function boundedFetch(
  most: number,
  dispatcher: Dispatcher,
): (url: string | URL, init?: TextRequest) => Promise<Response> {
  return async (url, { body: sent = null, ...init } = {}) => {
    if (sent !== null && typeof sent !== 'string') throw new TypeError('only text is sent');
    const { body, status, statusText, headers } = await fetch(url, { ...init, body: sent, dispatcher });
    let bytes = 0;
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > most) throw new BodyTooLarge();
        controller.enqueue(chunk);
      },
    });
    return new Response(body?.pipeThrough(bounded) ?? null, { status, statusText, headers });
  };
}
