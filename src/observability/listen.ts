import type { Server } from 'node:net';
import { FatalError } from './fatal-error.ts';

type ListenAt = { host: string; port: number; variables: { host: string; port: string } };

/** Resolves when the server listens. @throws {FatalError} that names the variable to correct */
export async function listen(server: Server, at: ListenAt): Promise<void> {
  const failed = Promise.withResolvers<never>();
  server.once('error', failed.reject);
  const listening = new Promise<void>((resolve) => server.listen(at.port, at.host, resolve));
  try {
    await Promise.race([listening, failed.promise]);
  } catch (error) {
    throw fatalErrorOf(error, at) ?? error;
  }
  server.off('error', failed.reject);
}

function fatalErrorOf(error: unknown, { host, port, variables }: ListenAt): FatalError | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return new FatalError(
        `${variables.port}: port ${port} on ${host} is in use. Stop the other program, or set ${variables.port} to a free port.`,
      );
    case 'EACCES':
      return new FatalError(
        `${variables.port}: the bot may not listen on port ${port}. Set ${variables.port} to a port from 1024 on.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new FatalError(
        `${variables.host}: this machine has no address ${host}. Set ${variables.host} to one that it has, such as 0.0.0.0.`,
      );
    default:
      return null;
  }
}
