import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { portOf } from '../../support/stand-in.ts';

/** A request as it came, nothing left out. */
export type Recorded = { line: string; headers: string; body: string };

/** What belongs to one connection only, or is made anew when the request is handed on. */
const OF_ONE_HOP = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

/** Stands in front of the service at `origin` until the test ends, hands everything on, and keeps what was asked. */
export async function recordingFront(origin: string): Promise<{ url: string; requests: Recorded[] }> {
  const requests: Recorded[] = [];

  async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', rawHeaders } = request;
    const body = await text(request);
    requests.push({ line: `${method} ${url}`, headers: rawHeaders.join('\n'), body });
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string' && !OF_ONE_HOP.includes(name)) headers.set(name, value);
    }
    const answer = await fetch(`${origin}${url}`, { method, headers, ...(body !== '' && { body }) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  }

  const server = createServer((request, response) => {
    handOn(request, response).catch(() => response.destroy());
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${portOf(server.address())}`, requests };
}
