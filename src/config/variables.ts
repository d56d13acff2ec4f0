import { z } from 'zod';
import { ChannelId, MemberId } from '../ids.ts';
import { Secret } from './secret.ts';
import { SUBCOMMAND_NAMES } from './subcommand-names.ts';

/**
 * What the documentation and the start-up errors say about a variable. `purpose` is whole sentences, `fallback` the default
 * as text. A `secret` may also come from the file that `X_FILE` names.
 */
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

const url = z.url({ protocol: /^https?$/, error: 'must be a web address such as https://example.com' });

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number from 0 to 65535');

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DurationUnit = z.enum(['ms', 's', 'm', 'h']);

/** A duration such as `500ms`, `10s` or `4h`, as milliseconds. */
const duration = z.string().transform((text, context) => {
  const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const parsedUnit = DurationUnit.safeParse(unit);
  const milliseconds = parsedUnit.success ? Number(amount) * MILLISECONDS[parsedUnit.data] : 0;
  if (milliseconds >= 1 && milliseconds <= 2 ** 31 - 1) return milliseconds;
  context.addIssue({
    code: 'custom',
    message: 'must be a duration such as 500ms, 10s, 5m or 4h, and not zero',
  });
  return z.NEVER;
});

/** One value that `item` accepts. `hint` completes "must be …". */
const one = <Item extends z.ZodType>(item: Item, hint: string) =>
  z.string().transform((text, context): z.output<Item> => {
    const parsed = item.safeParse(text);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: `must be ${hint}` });
    return z.NEVER;
  });

/** A comma-separated list without repetitions. Empty text is the empty list. `hint` completes "Each entry must be …". */
const list = <Item extends z.ZodType>(item: Item, hint: string) =>
  z.string().transform((text, context) => {
    const items: z.output<Item>[] = [];
    const wrong: string[] = [];
    for (const entry of new Set(text.split(/[\s,]+/).filter((part) => part !== ''))) {
      const parsed = item.safeParse(entry);
      if (parsed.success) items.push(parsed.data);
      else wrong.push(`'${entry}'`);
    }
    if (wrong.length > 0) {
      const message = `contains ${wrong.join(', ')}. Each entry must be ${hint}`;
      context.addIssue({ code: 'custom', message });
    }
    return items;
  });

/** The database. A PostgreSQL URL is secret because it can contain a password. */
export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: Secret };

const database = z.string().transform((text, context): DatabaseLocation => {
  if (/^file:./.test(text))
    return { kind: 'sqlite', path: text.slice('file:'.length).replace(/^\/{2,}/, '/') };
  if (/^postgres(ql)?:\/\/./.test(text) && URL.canParse(text))
    return { kind: 'postgres', url: new Secret(text) };
  context.addIssue({ code: 'custom', message: 'must start with file: or postgres://' });
  return z.NEVER;
});

const ApprovalKind = z.enum(['delete', 'promote', 'demote']);

/**
 * Every variable the bot reads, in the documentation's order. A test compares `.env.example` and the README's table with
 * this list.
 */
export const Variables = z.object({
  SLACK_BOT_TOKEN: variable(
    {
      purpose: "Bot User OAuth Token (xoxb-…). Copy it from 'OAuth & Permissions' in the Slack app.",
      secret: true,
    },
    secret(/^xoxb-\S+$/, 'must start with xoxb-'),
  ),
  SLACK_APP_TOKEN: variable(
    { purpose: 'App-level token (connections:write). Set it to use Socket Mode.', secret: true },
    secret(/^xapp-\S+$/, 'must start with xapp-').optional(),
  ),
  SLACK_SIGNING_SECRET: variable(
    {
      purpose:
        'Signing secret of the Slack app. Set it without SLACK_APP_TOKEN to use HTTP, at the path /slack/events.',
      secret: true,
    },
    secret(/^\S+$/, 'must not contain spaces').optional(),
  ),
  SLACK_API_URL: variable(
    { purpose: "Address of Slack's Web API.", fallback: 'https://slack.com/api/' },
    url.transform((value) => (value.endsWith('/') ? value : `${value}/`)),
  ),
  SUPERUSERS: variable(
    { purpose: "Bot admins: member IDs of the bot's own workspace, comma-separated. Empty means nobody." },
    list(MemberId, 'a member ID such as U0123ABCD'),
  ),
  COMMAND_CHANNELS: variable(
    {
      purpose:
        'IDs of the channels where commands work, comma-separated. Empty means all. Direct messages to the bot and its Home tab always work.',
      fallback: '',
    },
    list(ChannelId, 'a channel ID such as C0123ABCD'),
  ),
  DISABLED_COMMANDS: variable(
    {
      purpose: 'Subcommands to turn off, comma-separated. They are hidden, and refused when typed.',
      fallback: '',
    },
    list(z.enum(SUBCOMMAND_NAMES).exclude(['help']), 'a subcommand other than help'),
  ),
  APPROVALS_CHANNEL: variable(
    {
      purpose:
        'ID of the channel where approval requests appear. Without it, a request appears where its command was typed.',
    },
    one(ChannelId, 'a channel ID such as C0123ABCD').optional(),
  ),
  CONFIRMATIONS_CHANNEL: variable(
    { purpose: 'ID of a channel that also gets every confirmation of a change.' },
    one(ChannelId, 'a channel ID such as C0123ABCD').optional(),
  ),
  APPROVAL_REQUIRED_FOR: variable(
    {
      purpose: 'Kinds of change that need approval: delete, promote, demote, comma-separated, or none.',
      fallback: 'delete,promote,demote',
    },
    z
      .string()
      .transform((text) => (text === 'none' ? '' : text))
      .pipe(list(ApprovalKind, 'delete, promote or demote')),
  ),
  APPROVALS_REQUIRED: variable(
    { purpose: 'Number of approvals that a request needs.', fallback: '1' },
    z
      .string()
      .regex(/^[1-9]\d?$/, 'must be a number from 1 to 99')
      .transform(Number),
  ),
  ALLOW_SELF_APPROVAL: variable(
    { purpose: 'Whether requesters may approve their own requests: true or false.', fallback: 'false' },
    z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true'),
  ),
  APPROVAL_TTL: variable(
    { purpose: 'Time until a request expires. A failed request can be retried until then.', fallback: '24h' },
    duration,
  ),
  APPROVAL_REMINDER: variable(
    {
      purpose: 'Time until a waiting request mentions its approvers again. This happens once.',
      fallback: '4h',
    },
    duration,
  ),
  FASTLY_API_TOKEN: variable(
    { purpose: 'Fastly API token with the scope global, made by a Fastly superuser.', secret: true },
    secret(/^\S+$/, 'must not contain spaces'),
  ),
  FASTLY_API_URL: variable({ purpose: "Address of Fastly's API.", fallback: 'https://api.fastly.com' }, url),
  FASTLY_TIMEOUT: variable(
    { purpose: 'Time limit for one call to Fastly, retries included.', fallback: '10s' },
    duration,
  ),
  EXECUTION_LEASE: variable(
    {
      purpose:
        'Time a process has to carry out an approved change before another process may take over. At least 5 times FASTLY_TIMEOUT.',
      fallback: '60s',
    },
    duration,
  ),
  DATABASE_URL: variable(
    {
      purpose:
        "The bot's database: file:… for SQLite, postgres://… for PostgreSQL, which several replicas can share.",
      fallback: 'file:./data/bot.db',
      secret: true,
    },
    database,
  ),
  HOST: variable(
    { purpose: "Address that listens for Slack's requests. HTTP only.", fallback: '0.0.0.0' },
    z.string().min(1),
  ),
  PORT: variable({ purpose: "Port that listens for Slack's requests. HTTP only.", fallback: '3000' }, port),
  HEALTH_HOST: variable(
    { purpose: 'Address that serves /healthz and /readyz.', fallback: '127.0.0.1' },
    z.string().min(1),
  ),
  HEALTH_PORT: variable({ purpose: 'Port that serves /healthz and /readyz.', fallback: '3001' }, port),
  LOG_LEVEL: variable(
    { purpose: 'Lowest level that is logged: fatal, error, warn, info, debug or trace.', fallback: 'info' },
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
      error: 'must be fatal, error, warn, info, debug or trace',
    }),
  ),
  LOG_FORMAT: variable(
    { purpose: 'Format of the log: json for machines, pretty for people.', fallback: 'json' },
    z.enum(['json', 'pretty'], { error: 'must be json or pretty' }),
  ),
});
export type Values = z.infer<typeof Variables>;

/** What is documented about each variable, in the documentation's order. */
export const VARIABLES: readonly ({ name: string } & About)[] = Object.entries(Variables.shape).map(
  ([name, schema]) => ({ name, ...About.parse(schema.meta()) }),
);
