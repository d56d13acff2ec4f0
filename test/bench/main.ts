import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../src/observability/reason-of.ts';
import { connections, oneAuditLog } from './growth/database.ts';
import { writesUsedUp } from './growth/fastly.ts';
import { manyHomes, oneChannel } from './growth/slack.ts';
import { type Result, type Row, resultOf } from './row.ts';
import { ANSWER_ROWS } from './rows/answers.ts';
import { APPROVAL_ROWS } from './rows/approval.ts';
import { BYTES_ROWS } from './rows/bytes.ts';
import { CLIENT_ROWS } from './rows/client.ts';
import { DIRECTORY_ROWS } from './rows/directory.ts';
import { EVENT_ROWS } from './rows/events.ts';
import { HISTORY_ROWS } from './rows/history.ts';
import { PROCESS_ROWS } from './rows/process.ts';
import { REPLICA_ROWS } from './rows/replicas.ts';
import { Shared } from './shared.ts';
import { jsonLine, table, withTable } from './table.ts';

/** `npm run bench`: how fast the bot is beside what people would use instead. */
const USAGE = `npm run bench -- [--only NAME] [--json] [--write]
npm run bench -- --growth

  --only NAME  only the row NAME, or, where there is none, the rows whose name begins with NAME
  --json       one line of JSON for each figure, in place of the table
  --write      also writes the table into README.md; takes all rows
  --growth     measures nothing of that, but what happens at the limits of Slack, Fastly and PostgreSQL
  --help       show this help

docs/speed.md says what each row means. Exit codes: 0, also when a figure is not as wanted; 2 for a wrong command.
`;

const WRONG_USE = 2;
const PAPER = new URL('../../README.md', import.meta.url);
const ROWS: readonly Row[] = [
  ...CLIENT_ROWS,
  ...ANSWER_ROWS,
  ...EVENT_ROWS,
  ...PROCESS_ROWS,
  ...DIRECTORY_ROWS,
  ...HISTORY_ROWS,
  ...APPROVAL_ROWS,
  ...REPLICA_ROWS,
  ...BYTES_ROWS,
];

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const asked = readWords(words);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n\n${USAGE}`);
    return WRONG_USE;
  }
  if (asked.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (asked.growth) return await simulateGrowth();
  const results = await measure(asked.rows, (result) => {
    if (asked.json) process.stdout.write(`${jsonLine(result)}\n`);
  });
  const text = table(results, { node: process.version, cores: cpus().length, memory: totalmem() });
  if (!asked.json) process.stdout.write(text);
  if (asked.write) writeFileSync(PAPER, withTable(readFileSync(PAPER, 'utf8'), text));
  return 0;
}

/** What was asked for, or what is wrong with the words. */
function readWords(
  args: string[],
): { help: boolean; json: boolean; write: boolean; growth: boolean; rows: readonly Row[] } | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        growth: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { only, write, json, growth, help } = values;
    const rows = rowsCalled(only);
    if (rows.length === 0) {
      return `No row is called ${only}. There are: ${ROWS.map(({ name }) => name).join(', ')}`;
    }
    if (write && only !== '') return '--write takes all rows, so it cannot be used with --only';
    return { help, json, write, growth, rows };
  } catch (error) {
    return reasonOf(error);
  }
}

/** One after the other, in some four minutes. */
async function simulateGrowth(): Promise<number> {
  const shared = new Shared();
  try {
    for (const simulation of [oneChannel, manyHomes, writesUsedUp, oneAuditLog, connections]) {
      process.stdout.write(`${(await simulation(shared)).join('\n')}\n\n`);
    }
  } finally {
    await shared.close();
  }
  return 0;
}

/** The name of one row can be the beginning of another's. */
function rowsCalled(only: string): readonly Row[] {
  const exact = ROWS.filter(({ name }) => name === only);
  return exact.length > 0 ? exact : ROWS.filter(({ name }) => name.startsWith(only));
}

/** One row after the other. */
async function measure(rows: readonly Row[], onResult: (result: Result) => void): Promise<Result[]> {
  const shared = new Shared();
  const results: Result[] = [];
  try {
    for (const row of rows) {
      process.stderr.write(`${row.name}: ${row.about}\n`);
      const result = await resultOf(row, shared);
      onResult(result);
      results.push(result);
    }
  } finally {
    await shared.close();
  }
  return results;
}
