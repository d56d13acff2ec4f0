import { z } from 'zod';
import { ChannelId, MemberId } from '../ids.ts';
import { Secret } from './secret.ts';
import { SUBCOMMAND_NAMES } from './subcommand-names.ts';

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
  DISABLED_COMMANDS: variable(
    {
      purpose:
        'subcommands this installation does without, comma-separated: shown nowhere, refused when typed',
      fallback: '',
    },
    list(z.enum(SUBCOMMAND_NAMES).exclude(['help']), 'the name of a subcommand that can be left out'),
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
      purpose: 'what waits for other superusers, comma-separated, or none',
      fallback: 'delete,promote,demote',
    },
    z
      .string()
      .transform((text) => (text === 'none' ? '' : text))
      .pipe(list(ApprovalKind, 'one of delete, promote, demote')),
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
export type Values = z.infer<typeof Variables>;

/** Name, purpose, default and secrecy of each variable, in the documentation's order. */
export const VARIABLES: readonly ({ name: string } & About)[] = Object.entries(Variables.shape).map(
  ([name, schema]) => ({ name, ...About.parse(schema.meta()) }),
);
