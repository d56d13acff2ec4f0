import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type Server } from 'node:net';

/** An HTTP server that can go away, so that connecting is refused, and come back on the same port. */
export type HttpListener = {
  port: number;
  away(): void;
  back(): void;
  close(): Promise<void>;
};

/**
 * Systems give ports from 32768 up (Linux) or higher to whoever asks for any, and to connections. Below, only other
 * sandboxes look for one. Each holds the port `TO_CLAIM` above its own for as long as it lives, so that nobody takes its
 * own while it is away.
 */
const LOWEST_PORT = 20_000;
const PORTS = 6_000;
const TO_CLAIM = PORTS;

/** Port 0 takes any that is free; it is kept from then on. */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  host: string,
  port: number,
): Promise<HttpListener> {
  // A connection that the server closes while a busy client asks over it would fail that request.
  const server = createServer({ keepAliveTimeout: 600_000 }, handle);
  const claim = createNetServer((socket) => socket.destroy());
  try {
    if (port === 0) await listening(claim, LOWEST_PORT + randomInt(PORTS) + TO_CLAIM, host);
    await listening(server, port === 0 ? portOf(claim) - TO_CLAIM : port, host);
  } catch (error) {
    claim.close();
    if (port === 0 && isTaken(error)) return await listen(handle, host, 0);
    throw error;
  }
  const taken = portOf(server);
  const away = () => {
    server.close();
    server.closeAllConnections();
  };
  return {
    port: taken,
    away,
    back: () => {
      server.listen(taken, host);
    },
    close: async () => {
      claim.close();
      if (!server.listening) return;
      const closed = once(server, 'close');
      away();
      await closed;
    },
  };
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  return address.port;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
