import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** An HTTP server that can go away, so that connecting is refused, and come back on the same port. */
export type HttpListener = {
  port: number;
  away(): void;
  back(): void;
  close(): Promise<void>;
};

/**
 * Systems give ports from 32768 up (Linux) or higher to whoever asks for any, and to connections. One below is still
 * free when the server comes back to it.
 */
const LOWEST_PORT = 20_000;
const PORTS = 12_000;

/** Port 0 takes any that is free; it is kept from then on. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  host: string,
  port: number,
): Promise<HttpListener> {
  const server = createServer(handle);
  server.listen(port === 0 ? LOWEST_PORT + randomInt(PORTS) : port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (port === 0 && isTaken(error)) return await listen(handle, host, 0);
    throw error;
  }
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

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
