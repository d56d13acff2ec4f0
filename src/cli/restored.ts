import { existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Kysely, sql } from 'kysely';
import { NeedsNewerVersion } from '../approvals/newer.ts';
import { processEnvironment, readDatabaseLocation } from '../config/config.ts';
import { ConfigError, problemText } from '../config/problem.ts';
import type { DatabaseLocation } from '../config/value-types.ts';
import { headText } from '../ids.ts';
import { createLogger } from '../observability/log.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { hasAuditLog } from '../store/audit-log.ts';
import { DatabaseInUse } from '../store/errors.ts';
import { connectedBots, postgres } from '../store/postgres.ts';
import { readOnlySqlite, sqlite } from '../store/sqlite.ts';
import { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { closeRestored, type Restore } from './close-restored.ts';

/** `npm run restored`: makes a database safe to start the bot with after it was restored. It reads only DATABASE_URL. */
const USAGE = `npm run restored             run once after the database was restored from a backup, or went back,
                             before the bot is started: cancels all that waits, and carries nothing out
npm run restored -- --adopt  the same for a copy that is used with another Slack workspace or Fastly account
npm run restored -- --help   shows this help

Stop every process of the bot first. The last line is the new head of the audit log, for AUDIT_HEAD.
The command reads only DATABASE_URL, from the environment or from .env. Without it, it uses file:./data/bot.db.
The new entries of the audit log go to standard error, as the bot logs them.
Exit codes: 0 for success, 1 if nothing was changed, 2 for a wrong command.
`;

const UNDER_WAY = {
  adopted: 'Their outcome is recorded as unknown.',
  restored:
    'The bot looks them up in Fastly when it starts, tells their callers, and makes none of them again.',
};

const NOTHING_CHANGED = 1;
const MISUSED = 2;
const NAME = 'fastly-user-bot restored';

/** Why the database is left as it is, in whole sentences. */
class Refused extends Error {}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}`);
    return MISUSED;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const location = readDatabaseLocation(processEnvironment().environment);
    await mustBeSound(location);
    process.stdout.write(reportText(await restore(location, options.adopt)));
    return 0;
  } catch (error) {
    process.stderr.write(`Nothing was changed. ${explanationOf(error)}\n`);
    return NOTHING_CHANGED;
  }
}

function readOptions(): { adopt: boolean; help: boolean } | string {
  try {
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({ options: { adopt: flag, help: flag } }).values;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Looks before anything is opened for writing: a database that is not the bot's is left alone. */
async function mustBeSound(location: DatabaseLocation): Promise<void> {
  const isFile = location.kind === 'sqlite';
  if (isFile && (!existsSync(location.path) || statSync(location.path).size === 0)) {
    throw new Refused(
      `There is no database at ${location.path}. Put the backup there, or correct DATABASE_URL.`,
    );
  }
  const { dialect } = isFile ? readOnlySqlite(location.path) : postgres(location.url, undefined, NAME);
  const database = new Kysely<Tables>({ dialect });
  try {
    if (!(await hasAuditLog(database))) {
      throw new Refused('This is no database of the bot: it has no audit log. Correct DATABASE_URL.');
    }
    if (!isFile) return;
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database);
    if (rows[0]?.integrity_check === 'ok') return;
    throw new Refused(
      `The file is damaged. Delete ${location.path}-wal and ${location.path}-shm, put the backup in place again, and run this again.`,
    );
  } finally {
    await database.destroy();
  }
}

async function restore(location: DatabaseLocation, adopt: boolean): Promise<Restore> {
  const isFile = location.kind === 'sqlite';
  const engine = isFile ? sqlite(location.path) : postgres(location.url, undefined, NAME);
  const log = createLogger('info', { write: (line) => process.stderr.write(line) });
  const store = new Store(engine, log);
  try {
    await store.connect();
    if (!isFile) await mustBeAlone(store);
    return await closeRestored(store, adopt);
  } finally {
    // What was done is done by then, and must not be called undone.
    await store.close().catch(() => {});
  }
}

async function mustBeAlone(store: Store): Promise<void> {
  const bots = await store.read(connectedBots);
  if (bots.length === 0) return;
  const list = bots.map((bot) => `\n  - ${bot}`).join('');
  throw new Refused(`The bot still runs: stop every process, then run this again. PostgreSQL names:${list}`);
}

function explanationOf(error: unknown): string {
  if (error instanceof DatabaseInUse) {
    return 'A process of the bot owns the database file. Stop the bot, put the backup in place again, then run this again.';
  }
  if (error instanceof Refused) return error.message;
  if (error instanceof NeedsNewerVersion) return `The ${error.message}. Run this command with that version.`;
  return error instanceof ConfigError
    ? error.problems.map(problemText).join(' ')
    : `The database can't be used: ${reasonOf(error)}`;
}

function reportText({ before, after, closed, underWay, toCheck, adopted }: Restore): string {
  const requests = closed.map(
    ({ id, change, login, mayBeDone }) =>
      `  ${id}  ${change} ${login}${mayBeDone ? '  (may have been done: check in Fastly)' : ''}\n`,
  );
  return [
    `The database ended at entry ${before === null ? 0 : headText(before)}.\n`,
    closed.length === 0 ? 'No request was open.\n' : `Cancelled, because the database was restored:\n`,
    ...requests,
    underWay === 0
      ? ''
      : `Changes under way when the backup was made: ${underWay}. ${UNDER_WAY[adopted ? 'adopted' : 'restored']}\n`,
    toCheck.length === 0
      ? ''
      : `Roles that were to end, and don't before a bot admin has checked them: ${toCheck.join(', ')}. The approvals channel is told.\n`,
    adopted
      ? 'The database now belongs to the Slack workspace and the Fastly account that the bot is started with next. Nobody is told of this in Slack.\n'
      : 'Slack is brought up to date when the bot starts. Changes made after the backup are missing from the audit log.\n',
    'Make sure that no process of the bot was running. Set AUDIT_HEAD to the new head, then start the bot:\n',
    `AUDIT_HEAD=${headText(after)}\n`,
  ].join('');
}
