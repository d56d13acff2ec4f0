import { z } from 'zod';
import { type AuditHead, type MemberId, parseHead, type UserGroupId } from '../ids.ts';
import { type Entry, list, oneOf, type Reading, read, single } from './reading.ts';
import { reportSchedule, timeZone } from './report-schedule.ts';
import {
  FIND_CHANNEL_ID,
  FIND_GROUP_ID,
  FIND_MEMBER_ID,
  readChannelId,
  readMemberOrGroupId,
} from './slack-ids.ts';
import { SUBCOMMAND_NAMES } from './subcommand-names.ts';
import { secretFor } from './tokens.ts';
import { count, database, duration, onOrOff, port, proxy, url, yesOrNo } from './value-types.ts';

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

const text = read((value) => ({ value }));

const auditHead = read((text): Reading<AuditHead> => {
  const value = parseHead(text);
  if (value !== null) return { value };
  return {
    wrong: 'is no entry of the audit log',
    remedy:
      'Set it to what `npm run -s audit -- head` or `npm run restored` prints, such as 812:3f… with 64 digits.',
  };
});

/** `none` alone is the empty list. */
const orNone = z.string().transform((value) => (/^none$/i.test(value) ? '' : value));

/** The kinds of change that can need approval, or a reason. */
const kinds = orNone.pipe(
  list(
    oneOf(['delete', 'promote', 'demote', 'revoke', 'lock-several']),
    'Set it to one or more of delete, promote, demote, revoke and lock-several, comma-separated, or to none alone.',
  ),
);

/** `all`, or the members and user groups that are mentioned. */
const mentioned = orNone
  .pipe(
    list(
      (entry): Entry<'all' | MemberId | UserGroupId> =>
        /^all$/i.test(entry) ? { value: 'all' } : readMemberOrGroupId(entry),
      `Set it to all, none or IDs. ${FIND_MEMBER_ID}`,
    ),
  )
  .transform((entries) => {
    const ids = entries.flatMap((entry): (MemberId | UserGroupId)[] => (entry === 'all' ? [] : [entry]));
    return ids.length === entries.length ? ids : ('all' as const);
  });

const DISABLEABLE = SUBCOMMAND_NAMES.filter((name) => name !== 'help');

const REQUIRED = z.object({
  SLACK_BOT_TOKEN: secretVariable(
    "Bot User OAuth Token (xoxb-…). Copy it from 'OAuth & Permissions' in the Slack app.",
    secretFor(
      'SLACK_BOT_TOKEN',
      'xoxb-',
      "Set it to the Bot User OAuth Token (xoxb-…). Copy it from 'OAuth & Permissions' in the Slack app.",
    ),
  ),
  SLACK_APP_TOKEN: secretVariable(
    'App-level token (connections:write). Set it to use Socket Mode.',
    secretFor(
      'SLACK_APP_TOKEN',
      'xapp-',
      "Set it to an app-level token (xapp-…). Create one under 'Basic Information' in the Slack app.",
    ).optional(),
  ),
  SLACK_SIGNING_SECRET: secretVariable(
    'Signing secret of the Slack app. Set it and leave SLACK_APP_TOKEN unset to use HTTP, at the path /slack/events.',
    secretFor(
      'SLACK_SIGNING_SECRET',
      null,
      "Copy the signing secret from 'Basic Information' in the Slack app.",
    ).optional(),
  ),
  SUPERUSERS: variable(
    `Bot admins (not Fastly superusers): member IDs of the bot's own workspace, and IDs of its user groups, comma-separated. If it is set to nothing, the bot refuses everybody. ${FIND_MEMBER_ID} ${FIND_GROUP_ID}`,
    list(readMemberOrGroupId, `${FIND_MEMBER_ID} ${FIND_GROUP_ID}`),
  ),
  FASTLY_API_TOKEN: secretVariable(
    'Fastly user token (not an automation token) with the scope global, made by a Fastly superuser.',
    secretFor('FASTLY_API_TOKEN', null, 'Set it to a user token that was made in Fastly.'),
  ),
});

const APPROVING = z.object({
  APPROVALS_CHANNEL: variable(
    'ID of the channel where approval requests appear. The bot must be a member if it is private. Without it, a request appears where its command was typed.',
    single(readChannelId, FIND_CHANNEL_ID).optional(),
  ),
  APPROVAL_REQUIRED_FOR: variable(
    'Kinds of change that need approval: delete, promote, demote, revoke, lock-several, comma-separated, or none.',
    kinds,
    'delete,promote,demote,revoke,lock-several',
  ),
  APPROVALS_REQUIRED: variable(
    'Number of approvals that a request needs. That many bot admins must exist besides the requester, unless ALLOW_SELF_APPROVAL is true.',
    count,
    '1',
  ),
  APPROVERS_MENTIONED: variable(
    'Whom a request mentions of those who can approve it: all, none, or IDs of members and user groups, comma-separated.',
    mentioned,
    'all',
  ),
  REASON_REQUIRED_FOR: variable(
    'Kinds of change that need a reason when they are requested: delete, promote, demote, revoke, lock-several, comma-separated, or none.',
    kinds,
    'none',
  ),
  ALLOW_SELF_APPROVAL: variable(
    'Whether requesters may approve their own requests: true or false.',
    yesOrNo,
    'false',
  ),
  APPROVAL_TTL: variable(
    'Time until a request expires, such as 24h or 7d. A failed request can be retried until then.',
    duration,
    '24h',
  ),
  APPROVAL_REMINDER: variable(
    'Time until a waiting request mentions its approvers again. This happens once.',
    duration,
    '4h',
  ),
});

const USING = z.object({
  COMMAND_CHANNELS: variable(
    "IDs of the channels where commands work, comma-separated. Empty means all. Buttons in the bot's direct messages and its Home tab always work.",
    list(readChannelId, FIND_CHANNEL_ID),
    '',
  ),
  DISABLED_COMMANDS: variable(
    'Subcommands to turn off, comma-separated. They are hidden and refused when typed, and so are the buttons and forms elsewhere that do their work.',
    list(oneOf(DISABLEABLE), `The subcommands that can be turned off are ${DISABLEABLE.join(', ')}.`),
    '',
  ),
  CONFIRMATIONS_CHANNEL: variable(
    'ID of a channel that also gets every confirmation of a change. The bot must be a member if it is private.',
    single(readChannelId, FIND_CHANNEL_ID).optional(),
  ),
  TOKEN_REMINDERS: variable(
    'Whether members are told that their API tokens in Fastly expire in 14, 3 or 1 days: on or off. Bot admins are told where the owner is no member.',
    onOrOff,
    'off',
  ),
  REPORT_SCHEDULE: variable(
    "When the account's report is posted in CONFIRMATIONS_CHANNEL, as five fields of cron: 0 9 * * 1 is Mondays at 9:00. Without it, only the command report shows it.",
    reportSchedule.optional(),
  ),
  REPORT_TIMEZONE: variable('Time zone of REPORT_SCHEDULE, such as Europe/Berlin.', timeZone, 'UTC'),
  LEAVERS: variable(
    'Whether bot admins are told of members who were deactivated in Slack and whose email is still a Fastly login: off, daily, or live, which takes the manifest with --leavers.',
    single(oneOf(['off', 'daily', 'live']), 'Set it to off, daily or live.'),
    'off',
  ),
});

const DATABASE = z.object({
  DATABASE_URL: secretVariable(
    "The bot's database: file:… for SQLite, postgres://… for PostgreSQL, which several replicas can share.",
    database,
    'file:./data/bot.db',
  ),
  AUDIT_HEAD: variable(
    'An entry of the audit log, as N:HASH. The bot ends at start if the database lacks it, as an old copy does.',
    auditHead.optional(),
  ),
  EXECUTION_LEASE: variable(
    'Time a process has to carry out an approved change before another process may take over. At least 5 times FASTLY_TIMEOUT.',
    duration,
    '60s',
  ),
});

const NETWORK = z.object({
  SLACK_API_URL: variable(
    "Address of Slack's Web API.",
    url.transform((value) => (value.endsWith('/') ? value : `${value}/`)),
    'https://slack.com/api/',
  ),
  FASTLY_API_URL: variable("Address of Fastly's API.", url, 'https://api.fastly.com'),
  FASTLY_TIMEOUT: variable('Time limit for one call to Fastly, retries included.', duration, '10s'),
  HTTPS_PROXY: sharedVariable(
    'Proxy for HTTPS and Socket Mode, such as http://user:password@proxy.example.com:3128. The name in lower case works, too.',
    proxy.optional(),
    true,
  ),
  HTTP_PROXY: sharedVariable('The same for addresses that begin with http://.', proxy.optional(), true),
  NO_PROXY: sharedVariable(
    'Hosts that are reached without a proxy, comma-separated: names with their subdomains, addresses, ranges such as 10.0.0.0/8, or *. This machine and the database always are.',
    text.optional(),
  ),
});

const SERVING = z.object({
  HOST: variable("Address that listens for Slack's requests. HTTP only.", text, '0.0.0.0'),
  PORT: variable("Port that listens for Slack's requests. HTTP only.", port, '3000'),
  HEALTH_HOST: variable('Address that serves /healthz, /readyz and /metrics.', text, '127.0.0.1'),
  HEALTH_PORT: variable('Port that serves /healthz, /readyz and /metrics.', port, '3001'),
});

const LOGGING = z.object({
  LOG_LEVEL: variable(
    'Lowest level that is logged: fatal, error, warn, info, debug or trace.',
    single(
      oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
      'Set it to fatal, error, warn, info, debug or trace.',
    ),
    'info',
  ),
  LOG_FORMAT: variable(
    'Format of the log: json for machines, pretty for people.',
    single(oneOf(['json', 'pretty']), 'Set it to json or pretty.'),
    'json',
  ),
});

/** Every variable, by the titles under which they are documented. Tests compare `.env.example` and `docs/variables.md` with it. */
const GROUPS = {
  Required: REQUIRED,
  Approvals: APPROVING,
  'Commands and confirmations': USING,
  Database: DATABASE,
  'Slack, Fastly and the network': NETWORK,
  Ports: SERVING,
  Log: LOGGING,
};

export const Variables = z.object({
  ...REQUIRED.shape,
  ...APPROVING.shape,
  ...USING.shape,
  ...DATABASE.shape,
  ...NETWORK.shape,
  ...SERVING.shape,
  ...LOGGING.shape,
});
export type Values = z.infer<typeof Variables>;

/** The variables that are valid. Those that are wrong or missing are left out. */
export const ValidVariables = Variables.partial();
export type ValidValues = z.infer<typeof ValidVariables>;

/** What is documented about each variable, in the documentation's order. */
export const VARIABLES: readonly ({ name: string; group: string } & About)[] = Object.entries(GROUPS).flatMap(
  ([group, { shape }]) =>
    Object.entries(shape).map(([name, schema]) => ({ name, group, ...About.parse(schema.meta()) })),
);
