import { z } from 'zod';
import { ChannelId, MemberId, parseHead } from '../ids.ts';
import { Secret } from './secret.ts';
import { SUBCOMMAND_NAMES } from './subcommand-names.ts';

/** What the documentation and the start-up errors say about a variable. `purpose` is whole sentences. */
const About = z.object({
  purpose: z.string(),
  fallback: z.string().optional(),
  secret: z.literal(true).optional(),
  /** Whether its name may be written in lower case, too. */
  anyCase: z.literal(true).optional(),
});
type About = z.infer<typeof About>;

/** @param fallback the default, as text */
const variable = <Schema extends z.ZodType>(purpose: string, schema: Schema, fallback?: string) =>
  schema.meta({ purpose, fallback } satisfies About);

/** The same for a variable that may also come from the file that `X_FILE` names. */
const secretVariable = <Schema extends z.ZodType>(purpose: string, schema: Schema, fallback?: string) =>
  schema.meta({ purpose, fallback, secret: true } satisfies About);

/** One of those that many programs read, as curl and undici do: the name in lower case comes first. */
const sharedVariable = <Schema extends z.ZodType>(purpose: string, schema: Schema, secret?: true) =>
  schema.meta({ purpose, secret, anyCase: true } satisfies About);

const secret = (form: RegExp, hint: string) =>
  z
    .string()
    .regex(form, hint)
    .transform((value) => new Secret(value));

const url = z.url({ protocol: /^https?$/, error: 'must be a web address such as https://example.com' });

/** A proxy's URL. The scheme may be left out. The password in it is in no error. */
const proxy = z.string().transform((text, context) => {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (isProxyUrl(whole)) return new Secret(whole);
  const form = 'http://user:password@proxy.example.com:3128, with special characters written as in %40 for @';
  context.addIssue({ code: 'custom', message: `must be the address of an HTTP proxy, such as ${form}` });
  return z.NEVER;
});

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, username, password, pathname, search, hash } = new URL(text);
    decodeURIComponent(`${username}${password}`);
    return /^https?:$/.test(protocol) && `${pathname}${search}${hash}` === '/';
  } catch {
    return false;
  }
}

const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'must be a port number from 0 to 65535')
  .transform(Number);

/** One of these names. The variable's purpose lists them, so the error doesn't. */
const choice = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: ({ input }) => `can't be '${input}'` });

const MILLISECONDS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration such as `500ms`, `10s` or `4h`, as milliseconds. */
const duration = z
  .string()
  .transform((text) => {
    const [, amount, unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
    return Number(amount) * (MILLISECONDS.get(unit) ?? 0);
  })
  .refine(
    (milliseconds) => milliseconds >= 1 && milliseconds <= 2 ** 31 - 1,
    'must be a duration such as 500ms, 10s, 5m or 4h, and not zero',
  );

const CHANNEL = 'a channel ID such as C0123ABCD';
const channel = z
  .string()
  .refine((text) => ChannelId.safeParse(text).success, `must be ${CHANNEL}`)
  .pipe(ChannelId);

/**
 * A comma-separated list without repetitions. Empty text is the empty list. `hint` completes "Each entry must be …". It
 * is left out where the variable's purpose says the same.
 */
const list = <Item extends z.ZodType>(item: Item, hint?: string) =>
  z.string().transform((text, context) => {
    const items: z.output<Item>[] = [];
    const wrong: string[] = [];
    for (const entry of new Set(text.split(/[\s,]+/).filter((part) => part !== ''))) {
      const parsed = item.safeParse(entry);
      if (parsed.success) items.push(parsed.data);
      else wrong.push(`'${entry}'`);
    }
    if (wrong.length > 0) {
      const message = hint
        ? `contains ${wrong.join(', ')}. Each entry must be ${hint}`
        : `can't contain ${wrong.join(', ')}`;
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

const auditHead = z.string().transform((text, context) => {
  const head = parseHead(text);
  if (head !== null) return head;
  context.addIssue({ code: 'custom', message: 'must be N:HASH, as npm run audit -- head prints it' });
  return z.NEVER;
});

const ApprovalKind = z.enum(['delete', 'promote', 'demote']);

/** Every variable, in the documentation's order. A test compares `.env.example` and the README's table with it. */
export const Variables = z.object({
  SLACK_BOT_TOKEN: secretVariable(
    "Bot User OAuth Token (xoxb-…). Copy it from 'OAuth & Permissions' in the Slack app.",
    secret(/^xoxb-\S+$/, 'must start with xoxb-'),
  ),
  SLACK_APP_TOKEN: secretVariable(
    'App-level token (connections:write). Set it to use Socket Mode.',
    secret(/^xapp-\S+$/, 'must start with xapp-').optional(),
  ),
  SLACK_SIGNING_SECRET: secretVariable(
    'Signing secret of the Slack app. Set it and leave SLACK_APP_TOKEN unset to use HTTP, at the path /slack/events.',
    secret(/^\S+$/, 'must not contain spaces').optional(),
  ),
  SLACK_API_URL: variable(
    "Address of Slack's Web API.",
    url.transform((value) => (value.endsWith('/') ? value : `${value}/`)),
    'https://slack.com/api/',
  ),
  SUPERUSERS: variable(
    "Bot admins (not Fastly superusers): member IDs of the bot's own workspace, comma-separated. Empty means nobody.",
    list(MemberId, 'a member ID such as U0123ABCD'),
  ),
  COMMAND_CHANNELS: variable(
    "IDs of the channels where commands work, comma-separated. Empty means all. Buttons in the bot's direct messages and its Home tab always work.",
    list(ChannelId, CHANNEL),
    '',
  ),
  DISABLED_COMMANDS: variable(
    'Subcommands to turn off, comma-separated. They are hidden, and refused when typed.',
    list(z.enum(SUBCOMMAND_NAMES).exclude(['help']), 'a subcommand other than help'),
    '',
  ),
  APPROVALS_CHANNEL: variable(
    'ID of the channel where approval requests appear. The bot must be a member if it is private. Without it, a request appears where its command was typed.',
    channel.optional(),
  ),
  CONFIRMATIONS_CHANNEL: variable(
    'ID of a channel that also gets every confirmation of a change. The bot must be a member if it is private.',
    channel.optional(),
  ),
  APPROVAL_REQUIRED_FOR: variable(
    'Kinds of change that need approval: delete, promote, demote, comma-separated, or none.',
    z
      .string()
      .transform((text) => (text === 'none' ? '' : text))
      .pipe(list(ApprovalKind)),
    'delete,promote,demote',
  ),
  APPROVALS_REQUIRED: variable(
    'Number of approvals that a request needs. That many bot admins must exist besides the requester, unless ALLOW_SELF_APPROVAL is true.',
    z
      .string()
      .regex(/^[1-9]\d?$/, 'must be a number from 1 to 99')
      .transform(Number),
    '1',
  ),
  ALLOW_SELF_APPROVAL: variable(
    'Whether requesters may approve their own requests: true or false.',
    choice(['true', 'false']).transform((text) => text === 'true'),
    'false',
  ),
  APPROVAL_TTL: variable(
    'Time until a request expires. A failed request can be retried until then.',
    duration,
    '24h',
  ),
  APPROVAL_REMINDER: variable(
    'Time until a waiting request mentions its approvers again. This happens once.',
    duration,
    '4h',
  ),
  FASTLY_API_TOKEN: secretVariable(
    'Fastly user token (not an automation token) with the scope global, made by a Fastly superuser.',
    secret(/^\S+$/, 'must not contain spaces'),
  ),
  FASTLY_API_URL: variable("Address of Fastly's API.", url, 'https://api.fastly.com'),
  FASTLY_TIMEOUT: variable('Time limit for one call to Fastly, retries included.', duration, '10s'),
  EXECUTION_LEASE: variable(
    'Time a process has to carry out an approved change before another process may take over. At least 5 times FASTLY_TIMEOUT.',
    duration,
    '60s',
  ),
  DATABASE_URL: secretVariable(
    "The bot's database: file:… for SQLite, postgres://… for PostgreSQL, which several replicas can share.",
    database,
    'file:./data/bot.db',
  ),
  AUDIT_HEAD: variable(
    'An entry of the audit log, as N:HASH. The bot ends at start if the database lacks it, as an old copy does.',
    auditHead.optional(),
  ),
  HTTPS_PROXY: sharedVariable(
    'Proxy for HTTPS and Socket Mode, such as http://user:password@proxy.example.com:3128. The name in lower case works, too.',
    proxy.optional(),
    true,
  ),
  HTTP_PROXY: sharedVariable('The same for addresses that begin with http://.', proxy.optional(), true),
  NO_PROXY: sharedVariable(
    'Hosts that are reached without a proxy, comma-separated: names with their subdomains, addresses, ranges such as 10.0.0.0/8, or *. This machine and the database always are.',
    z.string().optional(),
  ),
  HOST: variable("Address that listens for Slack's requests. HTTP only.", z.string().min(1), '0.0.0.0'),
  PORT: variable("Port that listens for Slack's requests. HTTP only.", port, '3000'),
  HEALTH_HOST: variable('Address that serves /healthz and /readyz.', z.string().min(1), '127.0.0.1'),
  HEALTH_PORT: variable('Port that serves /healthz and /readyz.', port, '3001'),
  LOG_LEVEL: variable(
    'Lowest level that is logged: fatal, error, warn, info, debug or trace.',
    choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    'info',
  ),
  LOG_FORMAT: variable(
    'Format of the log: json for machines, pretty for people.',
    choice(['json', 'pretty']),
    'json',
  ),
});
export type Values = z.infer<typeof Variables>;

/** What is documented about each variable, in the documentation's order. */
export const VARIABLES: readonly ({ name: string } & About)[] = Object.entries(Variables.shape).map(
  ([name, schema]) => ({ name, ...About.parse(schema.meta()) }),
);
