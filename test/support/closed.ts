import type { Socket } from 'node:net';

/** Resolves when a connection is closed, however it ends: `once` would reject where it is reset. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
