/**
 * A program: runs a PostgreSQL server, writes its URL to stdout, and when stdin ends leaves nothing behind.
 * That is so also when whoever started it was killed, and could clean up nothing itself.
 */

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { prepareBinaries } from './binaries.ts';

/** Of a server that is thrown away nothing has to survive a crash. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
].flatMap((setting) => ['-c', setting]);

/** The machine's locale and time zone make no difference. */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
const ENVIRONMENT = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

/** Runs a server that keeps all it has in `folder`, until it is to end. */
async function serve(folder: string): Promise<void> {
  const data = join(folder, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  const { bin, account } = await prepareBinaries(folder);
  const options = { ...account, cwd: folder, env: ENVIRONMENT };

  // Else each connection computes for milliseconds: a random password need not be made hard to guess.
  const quick = ['--set=scram_iterations=1'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, ...quick];
  const initdb = ['-D', data, '--no-sync', '--no-instructions', ...access, ...LOCALE];
  await promisify(execFile)(join(bin, 'initdb'), initdb, options);

  const port = await freePort();
  const postgres = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...SETTINGS], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(postgres, 'exit');
  try {
    await untilReady(postgres.stderr);
    process.stdout.write(`postgres://postgres:${password}@127.0.0.1:${port}/postgres\n`);
    await ending;
  } finally {
    postgres.kill('SIGINT');
    await exit;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('The address has no port.');
  return address.port;
}

async function untilReady(log: Readable): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: log })) {
    lines.push(line);
    if (!line.includes('database system is ready to accept connections')) continue;
    // Nobody reads on, and a full pipe would stop the server.
    log.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`);
}

// By the time the URL is written, nobody may be left to read it.
process.stdout.on('error', () => undefined);
const signals = ['SIGINT', 'SIGTERM'].map((signal) => once(process, signal));
const ending = Promise.race([once(process.stdin.resume(), 'end'), ...signals]);

// Root's server runs as another user, who need not be able to enter the folder that TMPDIR names.
const parent = process.getuid?.() === 0 ? '/tmp' : tmpdir();
const folder = await mkdtemp(join(parent, 'fastly-user-bot-postgres-'));
try {
  await serve(folder);
} finally {
  await rm(folder, { recursive: true, maxRetries: 10 });
}
// A signal leaves stdin open.
process.exit();
