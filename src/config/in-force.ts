import { resolve } from 'node:path';
import type { Config } from './config.ts';
import { VERSION } from './package.ts';
import { scheduleOf } from './report-schedule.ts';
import type { Secret } from './secret.ts';
import { isUserGroupId } from './slack-ids.ts';
import type { DatabaseLocation } from './value-types.ts';

/** What a bot was started with, for its log. No secret is in it. */
type InForce = ReturnType<typeof inForce>;

export function inForce(config: Config, { teamId: id, team: name }: { teamId: string; team: string }) {
  return {
    version: VERSION,
    workspace: { id, name },
    botAdmins: {
      members: config.SUPERUSERS.filter((id) => !isUserGroupId(id)).length,
      groups: config.SUPERUSERS.filter(isUserGroupId).length,
    },
    commandChannels: config.COMMAND_CHANNELS.length > 0 ? config.COMMAND_CHANNELS : ('all' as const),
    approvalsChannel: config.APPROVALS_CHANNEL ?? null,
    confirmationsChannel: config.CONFIRMATIONS_CHANNEL ?? null,
    reports: scheduleOf(config)?.name ?? null,
    approvals: {
      requiredFor: config.APPROVAL_REQUIRED_FOR,
      required: config.APPROVALS_REQUIRED,
      ownAllowed: config.ALLOW_SELF_APPROVAL,
      reasonRequiredFor: config.REASON_REQUIRED_FOR,
    },
    disabledCommands: config.DISABLED_COMMANDS,
    tokenReminders: config.TOKEN_REMINDERS,
    leavers: config.LEAVERS,
    database: databaseText(config.DATABASE_URL),
    delivery: config.delivery.mode,
    proxies: {
      ...(config.HTTPS_PROXY && { HTTPS_PROXY: proxyText(config.HTTPS_PROXY) }),
      ...(config.HTTP_PROXY && { HTTP_PROXY: proxyText(config.HTTP_PROXY) }),
    },
  };
}

export function inForceText(what: InForce): string {
  const { workspace, commandChannels, disabledCommands, confirmationsChannel } = what;
  const proxies = Object.entries(what.proxies).map(([variable, address]) => `${address} (${variable})`);
  return [
    `fastly-user-bot ${what.version} serves the workspace ${workspace.name} (${workspace.id})`,
    `Bot admins: ${botAdminsText(what.botAdmins)}`,
    `Commands: in ${commandChannels === 'all' ? 'all channels' : commandChannels.join(', ')}`,
    ...(disabledCommands.length > 0 ? [`Turned off: ${disabledCommands.join(', ')}`] : []),
    ...approvalsText(what),
    ...(what.approvals.reasonRequiredFor.length > 0
      ? [`Reasons: needed for ${what.approvals.reasonRequiredFor.join(', ')}`]
      : []),
    ...(what.tokenReminders ? ['Token reminders: on'] : []),
    ...(what.leavers === 'off' ? [] : [`People who left Slack: ${what.leavers}`]),
    ...(confirmationsChannel ? [`Confirmations: also in ${confirmationsChannel}`] : []),
    ...(what.reports ? [`Reports: ${what.reports}`] : []),
    `Database: ${what.database}`,
    `Delivery: ${what.delivery === 'socket' ? 'Socket Mode' : 'HTTP'}`,
    ...(proxies.length > 0 ? [`Proxy: ${proxies.join(', ')}`] : []),
  ]
    .map((sentence) => `${sentence}.`)
    .join(' ');
}

function botAdminsText({ members, groups }: InForce['botAdmins']): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  if (groups === 0) return `${members}`;
  const through = counted(groups, 'user group');
  return members === 0 ? `the members of ${through}` : `${counted(members, 'member')} and ${through}`;
}

function approvalsText({ approvals, approvalsChannel }: InForce): string[] {
  const { requiredFor, required, ownAllowed } = approvals;
  if (requiredFor.length === 0) return ['Approvals: none needed'];
  const own = ownAllowed ? ", and the requester's own counts" : '';
  return [
    `Approvals: ${required} for ${requiredFor.join(', ')}${own}`,
    `Requests appear ${approvalsChannel ? `in ${approvalsChannel}` : 'where their commands are typed'}`,
  ];
}

/** The kind of the database and where it is, without user and password. */
export function databaseText(location: DatabaseLocation): string {
  if (location.kind === 'sqlite') {
    return `SQLite ${location.path === ':memory:' ? 'in memory' : resolve(location.path)}`;
  }
  const { host, pathname, searchParams } = new URL(location.url.reveal());
  return `PostgreSQL ${host || searchParams.get('host') || 'localhost'}${pathname}`;
}

function proxyText(proxy: Secret): string {
  const { protocol, host } = new URL(proxy.reveal());
  return `${protocol}//${host}`;
}
