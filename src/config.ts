import { readFileSync } from 'node:fs';
import { config as loadDotenv } from 'dotenv';
import { z } from 'zod';
import { ChannelId, MemberId } from './ids.ts';
import { Secret } from './secret.ts';

/** What is said of a variable beside its schema: its use, its default as text, and whether `X_FILE` may name it. */
const About = z.object({
  purpose: z.string(),
  fallback: z.string().optional(),
  secret: z.literal(true).optional(),
});
type About = z.infer<typeof About>;

const variable = <Schema extends z.ZodType>(about: About, schema: Schema) => schema.meta(about);

const secret = (form: RegExp, hint: string) =>
  z
    .string()
    .regex(form, hint)
    .transform((value) => new Secret(value));

const url = z.url({ protocol: /^https?$/, error: 'must be a web address, such as https://example.com' });

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number');

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DurationUnit = z.enum(['ms', 's', 'm', 'h']);

/** `500ms`, `10s`, `4h` as milliseconds. */
const duration = z.string().transform((text, context) => {
  const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const parsedUnit = DurationUnit.safeParse(unit);
  const milliseconds = parsedUnit.success ? Number(amount) * MILLISECONDS[parsedUnit.data] : 0;
  if (milliseconds >= 1 && milliseconds <= 2 ** 31 - 1) return milliseconds;
  context.addIssue({ code: 'custom', message: 'must be a time such as 10s, 500ms or 4h, and not zero' });
  return z.NEVER;
});

/** A comma-separated list, each entry once; empty text is the empty list. */
const list = <Item extends z.ZodType>(item: Item, hint: string) =>
  z.string().transform((text, context) => {
    const items: z.output<Item>[] = [];
    for (const entry of new Set(text.split(/[\s,]+/).filter((part) => part !== ''))) {
      const parsed = item.safeParse(entry);
      if (parsed.success) items.push(parsed.data);
      else context.addIssue({ code: 'custom', message: `'${entry}' is not ${hint}` });
    }
    return items;
  });

/** Where the durable state is. A PostgreSQL URL holds a password. */
export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: Secret };

const database = z.string().transform((text, context): DatabaseLocation => {
  if (/^file:./.test(text))
    return { kind: 'sqlite', path: text.slice('file:'.length).replace(/^\/{2,}/, '/') };
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text))
    return { kind: 'postgres', url: new Secret(text) };
  context.addIssue({ code: 'custom', message: 'must begin with file: or postgres://' });
  return z.NEVER;
});

const ApprovalKind = z.enum(['delete', 'promote', 'demote']);

/**
 * Every variable the bot reads, in the order the documentation lists them. `.env.example` and the README's table
 * are checked against this.
 */
export const Variables = z.object({
  SLACK_BOT_TOKEN: variable(
    { purpose: "the bot's token, from 'OAuth & Permissions' of the Slack app", secret: true },
    secret(/^xoxb-\S+$/, 'must begin with xoxb-'),
  ),
  SLACK_APP_TOKEN: variable(
    { purpose: 'the app-level token with connections:write; given: Socket Mode', secret: true },
    secret(/^xapp-\S+$/, 'must begin with xapp-').optional(),
  ),
  SLACK_SIGNING_SECRET: variable(
    {
      purpose: "the app's signing secret; given without an app token: HTTP mode, path /slack/events",
      secret: true,
    },
    secret(/^\S+$/, 'must not contain spaces').optional(),
  ),
  SLACK_API_URL: variable(
    { purpose: "where Slack's Web API is", fallback: 'https://slack.com/api/' },
    url.transform((value) => (value.endsWith('/') ? value : `${value}/`)),
  ),
  SUPERUSERS: variable(
    { purpose: "who may use the bot: member ids of the bot's own workspace, comma-separated; empty: nobody" },
    list(MemberId, 'a member id such as U0123ABCD'),
  ),
  COMMAND_CHANNELS: variable(
    { purpose: 'the channels in which commands are taken, ids, comma-separated; empty: any', fallback: '' },
    list(ChannelId, 'a channel id such as C0123ABCD'),
  ),
  APPROVALS_CHANNEL: variable(
    { purpose: 'the channel approval requests are shown in; not given: where the command was typed' },
    ChannelId.optional(),
  ),
  CONFIRMATIONS_CHANNEL: variable(
    { purpose: 'a channel that also gets every confirmation of a change' },
    ChannelId.optional(),
  ),
  APPROVAL_REQUIRED_FOR: variable(
    {
      purpose: 'what waits for other superusers, comma-separated; empty: nothing',
      fallback: 'delete,promote,demote',
    },
    list(ApprovalKind, 'one of delete, promote, demote'),
  ),
  APPROVALS_REQUIRED: variable(
    { purpose: 'how many other superusers must approve', fallback: '1' },
    z
      .string()
      .regex(/^[1-9]\d?$/, 'must be a number from 1 to 99')
      .transform(Number),
  ),
  ALLOW_SELF_APPROVAL: variable(
    { purpose: 'whether who asks may approve as well, true or false', fallback: 'false' },
    z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true'),
  ),
  APPROVAL_TTL: variable(
    { purpose: 'how long an approval request waits, and may be retried', fallback: '24h' },
    duration,
  ),
  APPROVAL_REMINDER: variable(
    { purpose: 'after what time those who may approve are mentioned once more', fallback: '4h' },
    duration,
  ),
  FASTLY_API_TOKEN: variable(
    { purpose: 'a Fastly token with the global scope, of a user with the role superuser', secret: true },
    secret(/^\S+$/, 'must not contain spaces'),
  ),
  FASTLY_API_URL: variable({ purpose: "where Fastly's API is", fallback: 'https://api.fastly.com' }, url),
  FASTLY_TIMEOUT: variable(
    { purpose: 'how long one call to Fastly may take, retries included', fallback: '10s' },
    duration,
  ),
  EXECUTION_LEASE: variable(
    {
      purpose: 'for how long one process has an approved change to itself; at least 5 times FASTLY_TIMEOUT',
      fallback: '60s',
    },
    duration,
  ),
  DATABASE_URL: variable(
    {
      purpose: 'where the bot keeps what must last: file:… for SQLite, postgres://… for several replicas',
      fallback: 'file:./data/bot.db',
      secret: true,
    },
    database,
  ),
  HOST: variable(
    { purpose: "the address that takes Slack's requests, HTTP mode only", fallback: '0.0.0.0' },
    z.string().min(1),
  ),
  PORT: variable({ purpose: "the port that takes Slack's requests, HTTP mode only", fallback: '3000' }, port),
  HEALTH_HOST: variable(
    { purpose: 'the address of /healthz and /readyz', fallback: '127.0.0.1' },
    z.string().min(1),
  ),
  HEALTH_PORT: variable({ purpose: 'the port of /healthz and /readyz', fallback: '3001' }, port),
  LOG_LEVEL: variable(
    { purpose: 'how much is logged', fallback: 'info' },
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
      error: 'must be one of fatal, error, warn, info, debug, trace',
    }),
  ),
  LOG_FORMAT: variable(
    { purpose: 'json for machines, pretty for people', fallback: 'json' },
    z.enum(['json', 'pretty'], { error: 'must be json or pretty' }),
  ),
});
type Values = z.infer<typeof Variables>;

/** Name, purpose, default and secrecy of each variable, in the documentation's order. */
export const VARIABLES: readonly ({ name: string } & About)[] = Object.entries(Variables.shape).map(
  ([name, schema]) => ({ name, ...About.parse(schema.meta()) }),
);

/** The bot's configuration: the variables by name, and the way Slack's deliveries come. */
export type Config = Values & {
  delivery: { mode: 'socket'; appToken: Secret } | { mode: 'http'; signingSecret: Secret };
};

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], nothingSet: boolean) {
    const hint = nothingSet
      ? '\n\nNothing is set at all. To try the bot without Slack or Fastly, run: npm run sandbox\nTo set it up for real, copy .env.example to .env and fill it in.'
      : '';
    super(`The bot cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}${hint}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;

/** The process's environment, with what `.env` in the working directory adds to it. */
export function processEnvironment(): Environment {
  loadDotenv({ quiet: true });
  return process.env;
}

/**
 * Reads the configuration out of an environment.
 *
 * @throws {ConfigError} naming every variable that is missing or wrong, with what it is for
 */
export function readConfig(environment: Environment): Config {
  const texts: Environment = {};
  const problems = new Map<string, string>();
  for (const about of VARIABLES) {
    const text = textOf(about, environment);
    if ('problem' in text) problems.set(about.name, text.problem);
    else texts[about.name] = text.value ?? about.fallback;
  }
  const parsed = Variables.safeParse(texts);
  const issuesOf = Object.groupBy(parsed.error?.issues ?? [], ({ path }) => String(path[0]));
  for (const [name, issues = []] of Object.entries(issuesOf)) {
    if (problems.has(name)) continue;
    const wrong = issues.map(({ message }) => message).join(', ');
    problems.set(name, texts[name] === undefined ? 'is missing' : wrong);
  }
  const lines = VARIABLES.filter(({ name }) => problems.has(name)).map(
    ({ name, purpose }) => `${name} ${problems.get(name)} (${purpose})`,
  );
  if (
    !['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].some(
      (name) => texts[name] !== undefined || problems.has(name),
    )
  ) {
    lines.push(
      'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing (the first for Socket Mode, the second for HTTP)',
    );
  }
  const delivery = parsed.data && deliveryOf(parsed.data);
  if (parsed.data) lines.push(...contradictions(parsed.data));
  if (lines.length > 0 || !parsed.success || !delivery)
    throw new ConfigError(lines, nothingIsSet(environment));
  return { ...parsed.data, delivery };
}

/** The sequential Fastly calls of one execution, each with a deadline of its own, and one to spare. */
const CALLS_IN_A_LEASE = 5;

/** What is wrong with variables that are each right. */
function contradictions(values: Values): string[] {
  const { SUPERUSERS, APPROVALS_REQUIRED, APPROVAL_REQUIRED_FOR, ALLOW_SELF_APPROVAL } = values;
  const problems: string[] = [];
  const possible = SUPERUSERS.length - (ALLOW_SELF_APPROVAL ? 0 : 1);
  if (APPROVAL_REQUIRED_FOR.length > 0 && SUPERUSERS.length > 0 && possible < APPROVALS_REQUIRED) {
    problems.push(
      `APPROVALS_REQUIRED is ${APPROVALS_REQUIRED}, but SUPERUSERS names only ${possible} who could approve what one of them asks for (add superusers, or set APPROVAL_REQUIRED_FOR to nothing to do without approvals)`,
    );
  }
  if (values.EXECUTION_LEASE < CALLS_IN_A_LEASE * values.FASTLY_TIMEOUT) {
    problems.push(
      `EXECUTION_LEASE is shorter than ${CALLS_IN_A_LEASE} times FASTLY_TIMEOUT (a change must be over before another process takes it for dead)`,
    );
  }
  return problems;
}

function deliveryOf({
  SLACK_APP_TOKEN: appToken,
  SLACK_SIGNING_SECRET: signingSecret,
}: Values): Config['delivery'] | null {
  if (appToken) return { mode: 'socket', appToken };
  return signingSecret ? { mode: 'http', signingSecret } : null;
}

/** Lists for which nothing is something else than the default. */
const MAY_BE_EMPTY = ['SUPERUSERS', 'APPROVAL_REQUIRED_FOR'];

/** A secret may come from a file named by `X_FILE`. Set but empty counts as unset, except for lists that may be empty. */
function textOf(
  { name, secret: isSecret }: (typeof VARIABLES)[number],
  environment: Environment,
): { value: string | undefined } | { problem: string } {
  const set = environment[name]?.trim();
  const value = set === '' && !MAY_BE_EMPTY.includes(name) ? undefined : set;
  const file = isSecret ? environment[`${name}_FILE`] : undefined;
  if (!file) return { value };
  if (value !== undefined) return { problem: `is set twice, by itself and by ${name}_FILE` };
  try {
    return { value: readFileSync(file, 'utf8').trim() || undefined };
  } catch {
    return { problem: `cannot be read from the file that ${name}_FILE names` };
  }
}

/**
 * Where the durable state is, for what needs nothing else.
 *
 * @throws {ConfigError}
 */
export function readDatabaseLocation(environment: Environment): DatabaseLocation {
  const about = VARIABLES.find(({ name }) => name === 'DATABASE_URL');
  const text = about && textOf(about, environment);
  const value = text && 'value' in text ? (text.value ?? about.fallback) : undefined;
  const parsed = Variables.shape.DATABASE_URL.safeParse(value);
  if (parsed.success) return parsed.data;
  const problem = text && 'problem' in text ? text.problem : parsed.error.issues[0]?.message;
  throw new ConfigError([`DATABASE_URL ${problem} (${about?.purpose})`], false);
}

function nothingIsSet(environment: Environment): boolean {
  return VARIABLES.every(({ name }) => !environment[name] && !environment[`${name}_FILE`]);
}
