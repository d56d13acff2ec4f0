import { existsSync } from 'node:fs';
import { Kysely } from 'kysely';
import { readAuditLog } from '../checks/audit-chain.ts';
import type { CrossCheck } from '../checks/cross-check.ts';
import { counted } from '../checks/finding.ts';
import { processEnvironment, readDatabaseLocation } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { DatabaseLocation } from '../config/value-types.ts';
import { type AuditHead, headText, parseHead } from '../ids.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { hasAuditLog, headOf, rowsOf, type Verdict } from '../store/audit-log.ts';
import { postgres } from '../store/postgres.ts';
import { readOnlySqlite } from '../store/sqlite.ts';
import type { AuditRow, Tables } from '../store/tables.ts';
import { exitWhenUnwritable } from './output.ts';

/** `npm run audit`: reads the audit log, whether or not a bot is running. It reads only DATABASE_URL. */
const USAGE = `npm run audit -- verify     checks the hash chain, and the log against the changes and requests beside it
npm run audit -- verify --head N:HASH
                            also checks that entry N still has the hash that was noted elsewhere
npm run -s audit -- head    prints the number and the hash of the last entry, as N:HASH
npm run -s audit -- export  writes the entries as JSON lines, oldest first
npm run audit -- --help     shows this help

The commands read only DATABASE_URL, from the environment or from .env. Without it, they read file:./data/bot.db.
The -s keeps npm's own lines out of the output.
Exit codes: 0 for success, 1 for a broken log, 2 for a wrong command or an unreadable log.
`;

const BROKEN = 1;
const UNUSABLE = 2;
const MOST_LINES = 20;

exitWhenUnwritable(UNUSABLE);
process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [command, ...others] = words;
  const task = taskFor(command, others);
  if (typeof task === 'string') return misused(task);
  try {
    const database = open(readDatabaseLocation(processEnvironment().environment));
    try {
      if (!(await hasAuditLog(database))) throw new Error('this database has no audit log yet');
      return await task(database);
    } finally {
      await database.destroy();
    }
  } catch (error) {
    const why = error instanceof ConfigError ? error.message : reasonOf(error);
    process.stderr.write(`Can't read the audit log: ${why}\n`);
    return UNUSABLE;
  }
}

type Task = (database: Kysely<Tables>) => Promise<number>;

function taskFor(command: string | undefined, others: readonly string[]): Task | string {
  switch (command) {
    case undefined:
      return 'Missing command: verify, head or export';
    case 'verify': {
      if (others.length === 0) return (database) => reportVerdict(database, null);
      const [flag, text = '', ...more] = others.flatMap((word) => word.split('=', 2));
      if (flag !== '--head' || more.length > 0) return `verify takes only --head N:HASH: ${others.join(' ')}`;
      const noted = parseHead(text);
      if (noted === null) return `--head must be N:HASH, as head prints it: ${text}`;
      return (database) => reportVerdict(database, noted);
    }
    case 'head':
    case 'export':
      if (others.length > 0) return `${command} takes no arguments: ${others.join(' ')}`;
      return command === 'head' ? printHead : exportLines;
    default:
      return `Unknown command: ${command}`;
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

async function reportVerdict(database: Kysely<Tables>, noted: AuditHead | null): Promise<number> {
  let atNoted: AuditRow | null = null;
  const { verdict, checked } = await readAuditLog(database, (row) => {
    if (row.seq === noted?.seq) atNoted = row;
  });
  if (!verdict.whole || checked === null) {
    const broken = verdict.whole ? '' : ` at entry ${verdict.seq}: ${verdict.problem}`;
    process.stdout.write(`The audit log is broken${broken}.\n`);
    return BROKEN;
  }
  const problems = [...headProblems(noted, atNoted, verdict.entries), ...checked.problems];
  process.stdout.write(problems.length > 0 ? brokenText(problems) : intactText(verdict, checked, noted));
  return problems.length > 0 ? BROKEN : 0;
}

function headProblems(noted: AuditHead | null, found: AuditRow | null, entries: number): string[] {
  if (noted === null || found?.hash === noted.hash) return [];
  return found === null
    ? [`entry ${noted.seq} is missing: the log ends at entry ${entries}`]
    : [`entry ${noted.seq} has another hash than the one noted: the log was written anew`];
}

function brokenText(problems: readonly string[]): string {
  const lines = problems.slice(0, MOST_LINES).map((problem) => `- ${problem}\n`);
  const more = problems.length > MOST_LINES ? `- and ${problems.length - MOST_LINES} more\n` : '';
  return `The audit log is broken:\n${lines.join('')}${more}`;
}

function intactText(
  { entries, lastHash }: Extract<Verdict, { whole: true }>,
  { changes, requests, newer, others }: CrossCheck,
  noted: AuditHead | null,
): string {
  if (lastHash === null) return 'The audit log is empty, and so are the tables beside it.\n';
  const kinds = [...others].map(([kind, count]) => `  ${count} × ${kind}\n`);
  return [
    `The audit log is intact: ${counted(entries, 'entry', 'entries')}.\n`,
    changes + requests + newer === 0
      ? 'No change and no request is kept beside it, so only the chain was checked.\n'
      : `It agrees with the ${counted(requests, 'request')} and ${counted(changes, 'other change')} beside it.\n`,
    newer === 0
      ? ''
      : `${counted(newer, 'more change or request comes', 'more changes and requests come')} from a newer version and can't be compared here. Run the audit of that version, too.\n`,
    ...(kinds.length > 0 ? ['These entries have nothing beside them to compare:\n', ...kinds] : []),
    noted === null ? '' : `Entry ${noted.seq} has the hash that was noted.\n`,
    `Its head, to note elsewhere or to compare with the bot's log:\n${headText({ seq: entries, hash: lastHash })}\n`,
  ].join('');
}

async function printHead(database: Kysely<Tables>): Promise<number> {
  const head = await headOf(database);
  if (head === null) process.stderr.write('The audit log is empty.\n');
  else process.stdout.write(`${headText(head)}\n`);
  return 0;
}

async function exportLines(database: Kysely<Tables>): Promise<number> {
  for await (const { details, ...row } of rowsOf(database)) {
    const line = `${JSON.stringify({ ...row, details: JSON.parse(details) })}\n`;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return 0;
}
