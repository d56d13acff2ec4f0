import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the run's PostgreSQL server is, as its superuser. */
    postgresUrl: string;
  }
}

/** Runs one PostgreSQL server for all tests; `newDatabase` gives a test a database there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Detached, as Ctrl-C goes to all processes of a terminal: this one is to see the end of its stdin instead.
  const server = spawn(process.execPath, [SERVER], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(server, 'exit');
  for await (const url of createInterface({ input: server.stdout })) {
    project.provide('postgresUrl', url);
    return async () => {
      server.stdin.end();
      await exit;
    };
  }
  throw new Error('PostgreSQL did not start: see above.');
}
