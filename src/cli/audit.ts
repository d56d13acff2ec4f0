import { existsSync } from 'node:fs';
import { Kysely } from 'kysely';
import { ConfigError, processEnvironment, readDatabaseLocation } from '../config/config.ts';
import type { DatabaseLocation } from '../config/variables.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { hasAuditLog, rowsOf, verify } from '../store/audit-log.ts';
import { postgres } from '../store/postgres.ts';
import { readOnlySqlite } from '../store/sqlite.ts';
import type { Tables } from '../store/tables.ts';

/** `npm run audit`: reads the audit log, whether or not a bot is running. It reads only DATABASE_URL. */
const USAGE = `npm run audit -- verify     checks the hash chain and reports where it breaks
npm run -s audit -- export  writes the entries as JSON lines, oldest first
npm run audit -- --help     shows this help

Both commands read only DATABASE_URL, from the environment or from .env. Without it, they read file:./data/bot.db.
The -s keeps npm's own lines out of the export.
Exit codes: 0 for success, 1 for a broken log, 2 for a wrong command or an unreadable log.
`;

const BROKEN = 1;
const UNUSABLE = 2;

// A reader such as `head` may close the pipe early. That is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`Can't write the output: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : UNUSABLE);
});
process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const [command, ...others] = words;
  if (words.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command !== 'verify' && command !== 'export') {
    return misused(
      command === undefined ? 'Missing command: verify or export' : `Unknown command: ${command}`,
    );
  }
  if (others.length > 0) return misused(`${command} takes no arguments: ${others.join(' ')}`);
  try {
    const database = open(readDatabaseLocation(processEnvironment().environment));
    try {
      if (!(await hasAuditLog(database))) throw new Error('this database has no audit log yet');
      return command === 'verify' ? await reportVerdict(database) : await exportLines(database);
    } finally {
      await database.destroy();
    }
  } catch (error) {
    const why = error instanceof ConfigError ? error.problems.join(' ') : reasonOf(error);
    process.stderr.write(`Can't read the audit log: ${why}\n`);
    return UNUSABLE;
  }
}

function misused(problem: string): number {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  return UNUSABLE;
}

function open(location: DatabaseLocation): Kysely<Tables> {
  if (location.kind === 'sqlite' && !existsSync(location.path)) {
    throw new Error(`there is no database at ${location.path}. Set DATABASE_URL to the bot's database.`);
  }
  const { dialect } = location.kind === 'sqlite' ? readOnlySqlite(location.path) : postgres(location.url);
  return new Kysely<Tables>({ dialect });
}

async function reportVerdict(database: Kysely<Tables>): Promise<number> {
  const verdict = await verify(rowsOf(database));
  if (!verdict.whole) {
    process.stdout.write(`The audit log is broken at entry ${verdict.seq}: ${verdict.problem}.\n`);
    return BROKEN;
  }
  const { entries, lastHash } = verdict;
  process.stdout.write(
    lastHash === null
      ? 'The audit log is empty.\n'
      : `The audit log is intact: ${entries === 1 ? 'one entry' : `${entries} entries`}. Compare this last hash with the bot's log:\n${lastHash}\n`,
  );
  return 0;
}

async function exportLines(database: Kysely<Tables>): Promise<number> {
  for await (const { details, ...row } of rowsOf(database)) {
    const line = `${JSON.stringify({ ...row, details: JSON.parse(details) })}\n`;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return 0;
}
