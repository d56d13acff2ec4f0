import { z } from 'zod';
import { TEAM } from '../../cast.ts';
import type { JsonObject } from '../../control/protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { parseArguments } from './arguments.ts';
import type { Methods } from './method.ts';

const flag = z.union([z.boolean(), z.stringbool()]).default(false);

/** https://docs.slack.dev/reference/methods?family=usergroups */
export const usergroupsMethods: Methods = {
  'usergroups.list': { token: 'bot', scopes: ['usergroups:read'], call: list },
  'usergroups.users.list': { token: 'bot', scopes: ['usergroups:read'], call: usersList },
};

function list(slack: Slack, args: JsonObject): JsonObject {
  requirePlan(slack);
  const { include_disabled } = parseArguments(z.object({ include_disabled: flag }), args);
  const groups = [...slack.workspace.userGroups.values()].filter(
    ({ disabled }) => include_disabled || !disabled,
  );
  return {
    usergroups: groups.map(({ id, handle, name, members, disabled }) => ({
      id,
      team_id: TEAM.id,
      is_usergroup: true,
      handle,
      name,
      date_delete: disabled ? 1_700_000_000 : 0,
      user_count: members.length,
    })),
  };
}

/** Deactivated people, guests and strangers may be among them. */
function usersList(slack: Slack, args: JsonObject): JsonObject {
  requirePlan(slack);
  const wanted = parseArguments(z.object({ usergroup: z.string(), include_disabled: flag }), args);
  const group = slack.workspace.userGroups.get(wanted.usergroup);
  if (group === undefined || (group.disabled && !wanted.include_disabled))
    throw new Refusal('no_such_subteam');
  return { users: group.members };
}

function requirePlan({ workspace }: Slack): void {
  if (!workspace.hasUserGroups) throw new Refusal('plan_upgrade_required');
}
