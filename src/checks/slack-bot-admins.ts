import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { FIND_MEMBER_ID } from '../config/slack-ids.ts';
import { type EnterpriseId, MemberId, type TeamId } from '../ids.ts';
import { wordOf } from '../slack/connection/refused-words.ts';
import type { Finding } from './finding.ts';
import { causeOf } from './slack-call.ts';

/** The bot's workspace, and its organisation if it is in one. */
export type Workspace = { teamId: TeamId; enterpriseId: EnterpriseId | null };

/** What the configuration says of approvals. */
export type ApprovalRules = {
  needed: boolean;
  approvalsRequired: number;
  allowSelfApproval: boolean;
};

const flag = z.boolean().optional();
/** A deactivated member's object lacks most fields (docs.slack.dev, user object). */
const User = z.object({
  id: MemberId,
  team_id: z.string().optional(),
  name: z.string().optional(),
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  profile: z.object({ real_name: z.string().optional() }).optional(),
  enterprise_user: z.object({ teams: z.array(z.string()) }).optional(),
});
type User = z.infer<typeof User>;

/** Slack's words for members it says nothing of (docs.slack.dev, users.info). */
const NOT_SHOWN = ['user_not_found', 'user_not_visible', 'users_not_found'];

/** `active`: may use the bot. `guest`: may, too. `unknown`: Slack didn't say. Everybody else cannot. */
type Standing = 'active' | 'guest' | 'unknown' | 'nobody' | 'deactivated' | 'bot' | 'elsewhere';
type Look = { member: MemberId; name: string; standing: Standing; why?: string };

/** Slack takes about 100 such calls a minute, and more at once for a moment. */
const AT_ONCE = 10;

/** Whether Slack knows every bot admin as an active member of the workspace, and whether enough of them can approve. */
export async function checkBotAdmins(
  slack: WebClient,
  botAdmins: readonly MemberId[],
  workspace: Workspace,
  rules: ApprovalRules,
): Promise<Finding[]> {
  const looks: Look[] = [];
  for (let first = 0; first < botAdmins.length; first += AT_ONCE) {
    const some = botAdmins.slice(first, first + AT_ONCE);
    looks.push(...(await Promise.all(some.map((member) => look(slack, member, workspace)))));
  }
  const able = looks.filter(({ standing }) => standing === 'active' || standing === 'guest');
  const names = able.map(({ member, name }) => `${name} (${member})`).join(', ');
  const admins: Finding[] =
    able.length > 0 ? [{ mark: 'fine', what: `Bot admins whom Slack knows: ${names}.` }] : [];
  return [...admins, ...looks.flatMap(problemWith), ...approvalFindings(looks, rules)];
}

async function look(slack: WebClient, member: MemberId, workspace: Workspace): Promise<Look> {
  try {
    const { user } = await slack.users.info({ user: member });
    const known = User.parse(user);
    const name = known.profile?.real_name || known.name || 'no name';
    return { member, name, standing: standingOf(known, workspace) };
  } catch (error) {
    const isNobody = NOT_SHOWN.includes(wordOf(error) ?? '');
    return { member, name: '', standing: isNobody ? 'nobody' : 'unknown', why: causeOf(error) };
  }
}

/** What Slack leaves out is not taken for a yes. */
function standingOf(user: User, { teamId, enterpriseId }: Workspace): Standing {
  if (user.deleted) return 'deactivated';
  if (user.is_bot) return 'bot';
  const teams = user.enterprise_user?.teams;
  const isElsewhere =
    enterpriseId !== null && teams
      ? !teams.includes(teamId)
      : user.team_id !== undefined && user.team_id !== teamId && user.team_id !== enterpriseId;
  if (user.is_stranger || isElsewhere) return 'elsewhere';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'active';
}

const REPLACE = 'Remove the ID from SUPERUSERS, or replace it.';

function problemWith({ member, standing, why }: Look): Finding[] {
  const called = `SUPERUSERS: ${member}`;
  switch (standing) {
    case 'active':
      return [];
    case 'unknown':
      return [{ mark: 'unknown', what: `${called}: Slack didn't say who that is: ${why}.` }];
    case 'guest':
      return [
        {
          mark: 'warning',
          what: `${called} is a guest of the workspace, and can use the bot all the same.`,
          remedy: `If that isn't meant, remove the ID from SUPERUSERS.`,
        },
      ];
    case 'deactivated':
      return [{ mark: 'warning', what: `${called} is deactivated in Slack.`, remedy: REPLACE }];
    case 'nobody':
      return [
        {
          mark: 'wrong',
          what: `${called}: Slack knows no such member.`,
          remedy: `Correct the ID. ${FIND_MEMBER_ID}`,
        },
      ];
    case 'bot':
      return [{ mark: 'wrong', what: `${called} is a bot, not a person.`, remedy: REPLACE }];
    case 'elsewhere':
      return [
        {
          mark: 'wrong',
          what: `${called} isn't a member of the bot's workspace, so the bot refuses them.`,
          remedy: REPLACE,
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
): Finding[] {
  if (!needed) return [{ mark: 'off', what: 'No change needs approval (APPROVAL_REQUIRED_FOR=none).' }];
  const requester = allowSelfApproval ? 0 : 1;
  if (looks.length - requester < approvalsRequired) return [];
  const able = looks.filter(({ standing }) => standing === 'active' || standing === 'guest').length;
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
