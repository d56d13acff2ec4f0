import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));

/** Runs a PostgreSQL server; `url` is where it is, as its superuser. Nothing is left of it after `stop`. */
export async function startPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  // Detached, as Ctrl-C goes to all processes of a terminal: this one is to see the end of its stdin instead.
  const server = spawn(process.execPath, [SERVER], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(server, 'exit');
  for await (const url of createInterface({ input: server.stdout })) {
    return {
      url,
      stop: async () => {
        server.stdin.end();
        await exit;
      },
    };
  }
  throw new Error('PostgreSQL did not start: see above.');
}
