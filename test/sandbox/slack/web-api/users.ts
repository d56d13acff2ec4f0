import { z } from 'zod';
import { BOT, type Member, ORGANISATION, TEAM } from '../../cast.ts';
import type { JsonObject } from '../../control/protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { limit, page, parseArguments } from './arguments.ts';
import type { Methods } from './method.ts';

/** https://docs.slack.dev/reference/methods?family=users */
export const usersMethods: Methods = {
  'users.info': { token: 'bot', scopes: ['users:read'], call: info },
  'users.list': { token: 'bot', scopes: ['users:read'], call: list },
  'users.lookupByEmail': { token: 'bot', scopes: ['users:read.email'], call: lookupByEmail },
};

function info(slack: Slack, args: JsonObject): JsonObject {
  const { user } = parseArguments(z.object({ user: z.string() }), args);
  if (user === BOT.userId) return { user: describeBot() };
  const member = slack.workspace.findMember(user);
  if (member === undefined) throw new Refusal('user_not_found');
  return { user: describeMember(slack, member) };
}

function list(slack: Slack, args: JsonObject): JsonObject {
  const wanted = parseArguments(z.object({ limit, cursor: z.string().default('') }), args);
  const people = [...slack.workspace.members.map((member) => describeMember(slack, member)), describeBot()];
  const { items, nextCursor } = page(people, wanted.limit, wanted.cursor);
  return { members: items, response_metadata: { next_cursor: nextCursor } };
}

function lookupByEmail(slack: Slack, args: JsonObject): JsonObject {
  const { email } = parseArguments(z.object({ email: z.string() }), args);
  const member = slack.workspace.members.find(
    (each) =>
      each.teamId === TEAM.id &&
      each.email.toLowerCase() === email.toLowerCase() &&
      !slack.workspace.isDeactivated(each.id),
  );
  if (member === undefined) throw new Refusal('users_not_found');
  return { user: describeMember(slack, member) };
}

/** The e-mail is there only with `users:read.email`. https://docs.slack.dev/reference/objects/user-object */
export function describeMember(slack: Slack, member: Member): JsonObject {
  const stranger = member.teamId !== TEAM.id;
  const standing = slack.workspace.standingOf(member.id);
  const showsEmail = slack.manifest.scopes.has('users:read.email') && !stranger;
  if (slack.workspace.isDeactivated(member.id)) {
    return describeDeactivated(slack, member, showsEmail && standing !== 'forgotten');
  }
  return {
    id: member.id,
    team_id: member.clicksAs ?? member.teamId,
    name: member.name,
    deleted: false,
    real_name: member.realName,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
    profile: {
      real_name: member.realName,
      real_name_normalized: member.realName,
      display_name: member.name,
      display_name_normalized: member.name,
      team: member.clicksAs ?? member.teamId,
      ...(showsEmail && { email: member.email }),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: standing === 'guest',
    is_ultra_restricted: false,
    is_bot: false,
    is_app_user: false,
    ...(stranger && { is_stranger: true }),
    ...(slack.organisation && !stranger && { enterprise_user: enterpriseUser(slack, member) }),
    updated: 1_700_000_000,
  };
}

/** Most of what a member's object has is missing, as in a real workspace. The address stays until the profile is deleted. */
function describeDeactivated(
  slack: Slack,
  { id, teamId, name, realName, email }: Member,
  showsEmail: boolean,
): JsonObject {
  return {
    id,
    team_id: teamId,
    name,
    deleted: true,
    profile: { real_name: realName, display_name: name, ...(showsEmail && { email }) },
    ...(slack.workspace.standingOf(id) === 'forgotten' && { is_forgotten: true }),
    is_bot: false,
    is_app_user: false,
    updated: 1_700_000_000,
  };
}

/** https://docs.slack.dev/reference/objects/user-object */
function enterpriseUser(slack: Slack, { id, teamId, clicksAs }: Member): JsonObject {
  const home = slack.workspace.standingOf(id) === 'elsewhere' ? [] : [teamId];
  return {
    id,
    enterprise_id: ORGANISATION.id,
    enterprise_name: ORGANISATION.name,
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    teams: [...home, ...(clicksAs === undefined ? [] : [clicksAs])],
  };
}

function describeBot(): JsonObject {
  return {
    id: BOT.userId,
    team_id: TEAM.id,
    name: BOT.name,
    deleted: false,
    real_name: BOT.name,
    profile: {
      real_name: BOT.name,
      display_name: BOT.name,
      api_app_id: BOT.appId,
      bot_id: BOT.botId,
      team: TEAM.id,
    },
    is_bot: true,
    is_app_user: false,
    updated: 1_700_000_000,
  };
}
