import type { WebClient } from '@slack/web-api';
import { FIND_MEMBER_ID, isUserGroupId } from '../config/slack-ids.ts';
import { MemberId, type UserGroupId } from '../ids.ts';
import { createLogger } from '../observability/log.ts';
import { inTurns } from '../slack/bot-admins/bot-admins.ts';
import { type Standing, standingOf, type Workspace } from '../slack/bot-admins/standing.ts';
import { GROUP_PROBLEMS, UserGroups } from '../slack/bot-admins/user-groups.ts';
import { askForMember } from '../slack/connection/members.ts';
import { counted, type Finding, fine, notKnown, off, warning, wrong } from './finding.ts';
import { causeOf } from './slack-call.ts';

type ApprovalRules = {
  needed: boolean;
  approvalsRequired: number;
  allowSelfApproval: boolean;
};

/** `isListed`: by their own ID, not only through a user group. */
type Look = { member: MemberId; isListed: boolean; name: string; standing: Standing; why?: string };

/** Whether Slack knows every bot admin as an active member of the workspace, and whether enough of them can approve. */
export async function checkBotAdmins(
  slack: WebClient,
  listed: readonly (MemberId | UserGroupId)[],
  workspace: Workspace,
  rules: ApprovalRules,
): Promise<Finding[]> {
  const groups = await readGroups(slack, listed.filter(isUserGroupId));
  const ids = listed.flatMap((id) => MemberId.safeParse(id).data ?? []);
  const botAdmins = [...new Set([...ids, ...groups.flatMap(({ members }) => members)])];
  const found = await inTurns(botAdmins, (member) => look(slack, member, workspace));
  const looks = found.map((each) => ({ ...each, isListed: ids.includes(each.member) }));
  const able = looks.filter(({ standing }) => standing === 'able');
  const names = able.map(({ member, name }) => `${name} (${member})`).join(', ');
  const admins = able.length > 0 ? [fine(`Bot admins whom Slack knows: ${names}.`)] : [];
  const approvals = approvalFindings(looks, rules, groups.length > 0);
  return [...groups.map(({ finding }) => finding), ...admins, ...looks.flatMap(problemWith), ...approvals];
}

type GroupLook = { members: readonly MemberId[]; finding: Finding };

/** Who is in each user group, and whether the bot can know. */
async function readGroups(slack: WebClient, listed: readonly UserGroupId[]): Promise<GroupLook[]> {
  const groups = new UserGroups(slack, createLogger('silent'));
  return await Promise.all(
    listed.map(async (group): Promise<GroupLook> => {
      const reading = await groups.since(group, 0);
      if (reading === null) {
        const what = `SUPERUSERS: Slack didn't say who is in the user group ${group}.`;
        return { members: [], finding: notKnown(what) };
      }
      if (reading.kind === 'unusable') {
        return { members: [], finding: { mark: 'wrong', ...GROUP_PROBLEMS[reading.why](group) } };
      }
      const { members } = reading;
      const what = `SUPERUSERS: the user group ${group} has ${counted(members.length, 'member')}.`;
      return { members, finding: fine(what) };
    }),
  );
}

async function look(
  slack: WebClient,
  member: MemberId,
  workspace: Workspace,
): Promise<Omit<Look, 'isListed'>> {
  try {
    const known = await askForMember(slack, member);
    if (known === 'untold') throw new Error('it tells of no member');
    const name = known === 'nobody' ? '' : known.profile?.real_name || known.name || 'no name';
    return { member, name, standing: standingOf(known, workspace) };
  } catch (error) {
    return { member, name: '', standing: 'unknown', why: causeOf(error) };
  }
}

function problemWith({ member, isListed, standing, why }: Look): Finding[] {
  const called = `SUPERUSERS: ${member}`;
  const remedy = isListed
    ? 'Remove the ID from SUPERUSERS, or replace it.'
    : 'Remove the member from the user group in Slack.';
  switch (standing) {
    case 'able':
      return [];
    case 'unknown':
      return [notKnown(`${called}: Slack didn't say who that is: ${why}.`)];
    case 'guest':
      return [warning(`${called} is a guest of the workspace, so the bot refuses them.`, remedy)];
    case 'deactivated':
      return [warning(`${called} is deactivated in Slack.`, remedy)];
    case 'nobody':
      return [wrong(`${called}: Slack knows no such member.`, `Correct the ID. ${FIND_MEMBER_ID}`)];
    case 'bot':
      return [wrong(`${called} is a bot, not a person.`, remedy)];
    case 'elsewhere':
      return [wrong(`${called} isn't a member of the bot's workspace, so the bot refuses them.`, remedy)];
  }
}

/**
 * Whoever asks, as many others are left: everybody who can use the bot can approve. Nothing where too few are configured,
 * which is told of the variables.
 */
function approvalFindings(
  looks: readonly Look[],
  { needed, approvalsRequired, allowSelfApproval }: ApprovalRules,
  hasGroups: boolean,
): Finding[] {
  if (!needed) return [off('No change needs approval (APPROVAL_REQUIRED_FOR=none).')];
  const requester = allowSelfApproval ? 0 : 1;
  if (!hasGroups && looks.length - requester < approvalsRequired) return [];
  const able = looks.filter(({ standing }) => standing === 'able').length;
  const unknown = looks.filter(({ standing }) => standing === 'unknown').length;
  const others = Math.max(able - requester, 0);
  const needs = `Each request needs ${counted(approvalsRequired, 'approval')}.`;
  const can = `${counted(others, 'bot admin')} can give ${approvalsRequired === 1 ? 'it' : 'them'}`;
  const count = `${needs} ${allowSelfApproval ? 'With' : 'Besides'} its requester, ${can}`;
  if (others >= approvalsRequired) return [fine(`${count}.`)];
  if (others + unknown >= approvalsRequired) {
    return [notKnown(`${count}. Slack didn't tell of ${unknown} more.`)];
  }
  const remedy = 'Add bot admins to SUPERUSERS, or lower APPROVALS_REQUIRED.';
  return [wrong(`${count}, so nothing that needs approval can be done.`, remedy)];
}
