import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Result, resultOf } from './row.ts';
import { ANSWER_ROWS } from './rows/answers.ts';
import { CLIENT_ROWS } from './rows/client.ts';
import { PROCESS_ROWS } from './rows/process.ts';
import { jsonLine, table } from './table.ts';

/** `npm run bench`: how fast the bot is beside what people would use instead. */
const USAGE = `npm run bench -- [--only NAME] [--json]

  --only NAME  only the rows whose name begins so
  --json       one line of JSON for each figure, in place of the table
  --help       show this help
`;

const ROWS = [...CLIENT_ROWS, ...ANSWER_ROWS, ...PROCESS_ROWS];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const rows = ROWS.filter(({ name }) => name.startsWith(values.only));
if (rows.length === 0) {
  process.stderr.write(
    `No row is called ${values.only}. There are: ${ROWS.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
const results: Result[] = [];
for (const row of rows) {
  process.stderr.write(`${row.name}: ${row.about}\n`);
  const result = await resultOf(row);
  results.push(result);
  if (values.json) process.stdout.write(`${jsonLine(result)}\n`);
}
if (!values.json) process.stdout.write(table(results, { node: process.version, cores: cpus().length }));
