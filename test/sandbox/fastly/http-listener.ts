import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An HTTP server that can go away, so that connecting is refused, and come back on the same port. */
export type HttpListener = {
  port: number;
  away(): void;
  back(): void;
  close(): Promise<void>;
};

/** Port 0 takes any that is free; it is kept from then on. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  host: string,
  port: number,
): Promise<HttpListener> {
  const server = createServer(handle);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  const away = () => {
    server.close();
    server.closeAllConnections();
  };
  return {
    port: address.port,
    away,
    back: () => {
      server.listen(address.port, host);
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      away();
      await closed;
    },
  };
}
