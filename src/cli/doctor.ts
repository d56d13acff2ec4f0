import { type Examined, examine } from '../checks/doctor.ts';
import { counted, type Finding, plainLine } from '../checks/finding.ts';
import { processEnvironment } from '../config/config.ts';
import { exitWhenUnwritable } from './output.ts';

/** `npm run doctor`: looks at a configuration and all that it leads to, and changes nothing. */
const USAGE = `npm run doctor              checks the variables, Slack, Fastly and the database
npm run doctor -- --help    shows this help

It reads the same variables as the bot, from the environment or from .env, and can run beside it. It changes nothing: it
posts nothing, opens no connection that Slack could send a command over, and neither creates nor migrates a database.

  ✓ as it should be
  ! the bot works, but you should know
  ✗ the bot can't do its work like this
  – not in use, or not to be known from here

Exit codes: 0 without any ✗, 1 with one, 2 for a wrong command.
`;

const PROBLEMS_FOUND = 1;
const MISUSED = 2;
const WIDTH = 100;
const MARKS: Record<Finding['mark'], string> = {
  fine: '✓',
  warning: '!',
  wrong: '✗',
  off: '–',
  unknown: '–',
};

exitWhenUnwritable(MISUSED);
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (words.length > 0) {
    process.stderr.write(`doctor takes no arguments: ${words.join(' ')}\n\n${USAGE}`);
    return MISUSED;
  }
  const { environment, warnings } = processEnvironment();
  return await report(examine(environment, warnings));
}

async function report(parts: readonly Examined[]): Promise<number> {
  const all: Finding[] = [];
  for (const { section, findings } of parts) {
    const found = await findings;
    process.stdout.write(`${section}\n${found.map(textOf).join('')}\n`);
    all.push(...found);
  }
  const wrong = all.filter(({ mark }) => mark === 'wrong').length;
  const warnings = all.filter(({ mark }) => mark === 'warning').length;
  process.stdout.write(`${summary(wrong, warnings)}\n`);
  return wrong > 0 ? PROBLEMS_FOUND : 0;
}

function summary(wrong: number, warnings: number): string {
  const toKnow = warnings > 0 ? ` ${counted(warnings, 'thing')} to know about (!).` : '';
  return wrong > 0 ? `${counted(wrong, 'thing')} to correct (✗).${toKnow}` : `Nothing is wrong.${toKnow}`;
}

function textOf(finding: Finding): string {
  const { mark, what } = finding;
  const remedy = 'remedy' in finding ? wrapped(finding.remedy, '      → ', '        ') : '';
  return `${wrapped(what, `  ${MARKS[mark]} `, '    ')}${remedy}`;
}

/** Lines of at most `WIDTH` columns. */
function wrapped(text: string, first: string, others: string): string {
  const lines = [first];
  for (const word of plainLine(text).split(' ')) {
    const line = lines.at(-1) ?? '';
    const isEmpty = line === first || line === others;
    if (isEmpty || line.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = isEmpty ? `${line}${word}` : `${line} ${word}`;
    } else lines.push(`${others}${word}`);
  }
  return `${lines.join('\n')}\n`;
}
