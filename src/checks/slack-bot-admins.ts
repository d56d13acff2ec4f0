import type { WebClient } from '@slack/web-api';
import { FIND_MEMBER_ID, isUserGroupId } from '../config/slack-ids.ts';
import { MemberId, type UserGroupId } from '../ids.ts';
import { createLogger } from '../observability/log.ts';
import { GROUP_PROBLEMS } from '../slack/bot-admins/group-problems.ts';
import { type Standing, standingOf, type Workspace } from '../slack/bot-admins/standing.ts';
import { UserGroups } from '../slack/bot-admins/user-groups.ts';
import { SlackUser } from '../slack/connection/members.ts';
import { wordOf } from '../slack/connection/refused-words.ts';
import type { Finding } from './finding.ts';
import { causeOf } from './slack-call.ts';

/** What the configuration says of approvals. */
export type ApprovalRules = {
  needed: boolean;
  approvalsRequired: number;
  allowSelfApproval: boolean;
};

/** Slack's words for members it says nothing of (docs.slack.dev, users.info). */
const NOT_SHOWN = ['user_not_found', 'user_not_visible', 'users_not_found'];

/** `isListed`: by their own ID, not only through a user group. */
type Look = { member: MemberId; isListed: boolean; name: string; standing: Standing; why?: string };

/** Slack takes about 100 such calls a minute, and more at once for a moment. */
const AT_ONCE = 10;

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
  const looks: Look[] = [];
  for (let first = 0; first < botAdmins.length; first += AT_ONCE) {
    const some = botAdmins.slice(first, first + AT_ONCE);
    const found = await Promise.all(some.map((member) => look(slack, member, workspace)));
    looks.push(...found.map((each) => ({ ...each, isListed: ids.includes(each.member) })));
  }
  const able = looks.filter(({ standing }) => standing === 'able');
  const names = able.map(({ member, name }) => `${name} (${member})`).join(', ');
  const admins: Finding[] =
    able.length > 0 ? [{ mark: 'fine', what: `Bot admins whom Slack knows: ${names}.` }] : [];
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
        return { members: [], finding: { mark: 'unknown', what } };
      }
      if (reading.kind === 'unusable') {
        return { members: [], finding: { mark: 'wrong', ...GROUP_PROBLEMS[reading.why](group) } };
      }
      const { members } = reading;
      const what = `SUPERUSERS: the user group ${group} has ${members.length} ${members.length === 1 ? 'member' : 'members'}.`;
      return { members, finding: { mark: 'fine', what } };
    }),
  );
}

async function look(
  slack: WebClient,
  member: MemberId,
  workspace: Workspace,
): Promise<Omit<Look, 'isListed'>> {
  try {
    const { user } = await slack.users.info({ user: member });
    const known = SlackUser.parse(user);
    const name = known.profile?.real_name || known.name || 'no name';
    return { member, name, standing: standingOf(known, workspace) };
  } catch (error) {
    const isNobody = NOT_SHOWN.includes(wordOf(error) ?? '');
    return { member, name: '', standing: isNobody ? 'nobody' : 'unknown', why: causeOf(error) };
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
      return [{ mark: 'unknown', what: `${called}: Slack didn't say who that is: ${why}.` }];
    case 'guest':
      return [
        {
          mark: 'warning',
          what: `${called} is a guest of the workspace, so the bot refuses them.`,
          remedy,
        },
      ];
    case 'deactivated':
      return [{ mark: 'warning', what: `${called} is deactivated in Slack.`, remedy }];
    case 'nobody':
      return [
        {
          mark: 'wrong',
          what: `${called}: Slack knows no such member.`,
          remedy: `Correct the ID. ${FIND_MEMBER_ID}`,
        },
      ];
    case 'bot':
      return [{ mark: 'wrong', what: `${called} is a bot, not a person.`, remedy }];
    case 'elsewhere':
      return [
        {
          mark: 'wrong',
          what: `${called} isn't a member of the bot's workspace, so the bot refuses them.`,
          remedy,
        },
      ];
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
  if (!needed) return [{ mark: 'off', what: 'No change needs approval (APPROVAL_REQUIRED_FOR=none).' }];
  const requester = allowSelfApproval ? 0 : 1;
  if (!hasGroups && looks.length - requester < approvalsRequired) return [];
  const able = looks.filter(({ standing }) => standing === 'able').length;
  const unknown = looks.filter(({ standing }) => standing === 'unknown').length;
  const others = Math.max(able - requester, 0);
  const needs = `Each request needs ${approvalsRequired} ${approvalsRequired === 1 ? 'approval' : 'approvals'}.`;
  const can = `${others} ${others === 1 ? 'bot admin' : 'bot admins'} can give ${approvalsRequired === 1 ? 'it' : 'them'}`;
  const count = `${needs} ${allowSelfApproval ? 'With' : 'Besides'} its requester, ${can}`;
  if (others >= approvalsRequired) return [{ mark: 'fine', what: `${count}.` }];
  if (others + unknown >= approvalsRequired) {
    return [{ mark: 'unknown', what: `${count}. Slack didn't tell of ${unknown} more.` }];
  }
  return [
    {
      mark: 'wrong',
      what: `${count}, so nothing that needs approval can be done.`,
      remedy: 'Add bot admins to SUPERUSERS, or lower APPROVALS_REQUIRED.',
    },
  ];
}
