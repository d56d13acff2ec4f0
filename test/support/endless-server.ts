import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { portOf } from './stand-in.ts';

/** A server whose answers never end. `closed` resolves once a client has closed the connection of one. */
export async function endlessServer(): Promise<{ url: string; closed: Promise<void> }> {
  const blank = Buffer.alloc(64 * 1024, ' ');
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    response.on('close', () => resolve());
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    while (!response.destroyed) {
      if (response.write(blank)) await turn();
      else await Promise.race([new Promise((drained) => response.once('drain', drained)), closed]);
    }
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${portOf(server.address())}`, closed };
}
