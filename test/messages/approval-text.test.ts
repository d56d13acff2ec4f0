import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/approvals/action.ts';
import type { Event, Step } from '../../src/approvals/event.ts';
import type { ApprovalRequest, Obstacle, State } from '../../src/approvals/request.ts';
import { notShownText, stepText, unseenText } from '../../src/messages/approval-notices.ts';
import { detailText, headline, stateInAnswer, stateText } from '../../src/messages/approval-text.ts';
import {
  AIDA,
  CDN_TEAM,
  CURRENT,
  ENGINEER,
  FASTLY_SUPERUSER,
  NEWCOMER,
  NORA,
  POLICY,
  PRIYA,
  pendingRequest,
  TOMAS,
} from '../approvals/people.ts';
import { read } from './read.ts';

const GRACE = '*Grace Example* (`grace@example.com`)';
const END = '1970-01-02 00:00 UTC';
const LATER = Date.parse('1970-01-01T10:00:00Z');
const APPROVED_BY_TOMAS = `Approved by <@${TOMAS}>.`;
const ANYONE_ELSE = `<@${TOMAS}>, <@${PRIYA}> or <@${AIDA}>`;

const approved = (state: State): ApprovalRequest => pendingRequest({ state, approvers: [TOMAS] });
const failed = { kind: 'failed', why: 'Fastly said no.', unclear: false, mayBeDone: false } as const;

/** A request in a state, and what is read of it: the headline, what is below it, and both in one. */
const STATES: {
  state: string;
  request: ApprovalRequest;
  headline: string;
  detail: string;
  alone?: string;
  answer: string;
}[] = [
  {
    state: 'pending',
    request: pendingRequest(),
    headline: 'Delete Grace Example?',
    detail: `⏳ Needs 1 approval from ${ANYONE_ELSE}. Expires ${END}.`,
    answer: `Needs 1 approval from ${ANYONE_ELSE}. Expires ${END}.`,
  },
  {
    state: 'pending, of two approvals',
    request: pendingRequest({ approvalsRequired: 2 }),
    headline: 'Delete Grace Example?',
    detail: `⏳ Needs 2 approvals from ${ANYONE_ELSE}. Expires ${END}.`,
    answer: `Needs 2 approvals from ${ANYONE_ELSE}. Expires ${END}.`,
  },
  {
    state: 'pending, with one of two approvals',
    request: pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] }),
    headline: 'Delete Grace Example?',
    detail: `⏳ Needs 1 more approval from <@${PRIYA}> or <@${AIDA}>. Expires ${END}. ${APPROVED_BY_TOMAS}`,
    answer: `Needs 1 more approval from <@${PRIYA}> or <@${AIDA}>. Expires ${END}. ${APPROVED_BY_TOMAS}`,
  },
  {
    state: 'approved',
    request: approved({ kind: 'approved', notBefore: 0, mayBeDone: false, postponed: 0 }),
    headline: 'Delete Grace Example?',
    detail: `⚙️ Starting… ${APPROVED_BY_TOMAS}`,
    answer: `The request to delete ${GRACE} is in progress. ${APPROVED_BY_TOMAS}`,
  },
  {
    state: 'approved, and postponed by a rate limit',
    request: approved({ kind: 'approved', notBefore: LATER, mayBeDone: false, postponed: 1 }),
    headline: 'Delete Grace Example?',
    detail: `⏸️ Fastly's rate limit is reached. The next attempt is due 1970-01-01 10:00 UTC. ${APPROVED_BY_TOMAS}`,
    answer: `The request to delete ${GRACE} is in progress. ${APPROVED_BY_TOMAS}`,
  },
  {
    state: 'approved, and postponed because the outcome is unclear',
    request: approved({ kind: 'approved', notBefore: LATER, mayBeDone: true, postponed: 1 }),
    headline: 'Delete Grace Example?',
    detail: `⏸️ Fastly hasn't confirmed this yet. Checking again 1970-01-01 10:00 UTC. ${APPROVED_BY_TOMAS}`,
    answer: `The request to delete ${GRACE} is in progress. ${APPROVED_BY_TOMAS}`,
  },
  {
    state: 'executing',
    request: approved({ kind: 'executing', claim: 'x', leaseUntil: 0, mayBeDone: false, postponed: 0 }),
    headline: 'Delete Grace Example?',
    detail: `⚙️ In progress… ${APPROVED_BY_TOMAS}`,
    answer: `The request to delete ${GRACE} is in progress. ${APPROVED_BY_TOMAS}`,
  },
  {
    state: 'completed',
    request: approved({ kind: 'completed', found: false }),
    headline: 'Grace Example was deleted',
    detail: `✅ Deleted. ${APPROVED_BY_TOMAS}`,
    alone: `🗑️ ${GRACE} was deleted.`,
    answer: `${GRACE} was deleted.`,
  },
  {
    state: 'completed, as a check found',
    request: approved({ kind: 'completed', found: true }),
    headline: 'Grace Example was deleted',
    detail: `✅ Deleted. Fastly's first reply was lost. A check confirmed the change. ${APPROVED_BY_TOMAS}`,
    alone: `🗑️ ${GRACE} was deleted. Fastly's first reply was lost. A check confirmed the change.`,
    answer: `${GRACE} was deleted. Fastly's first reply was lost. A check confirmed the change.`,
  },
  {
    state: 'completed without approval',
    request: pendingRequest({ approvalsRequired: 0, state: { kind: 'completed', found: false } }),
    headline: 'Grace Example was deleted',
    detail: '✅ Deleted.',
    alone: `🗑️ ${GRACE} was deleted.`,
    answer: `${GRACE} was deleted.`,
  },
  {
    state: 'failed',
    request: approved({ ...failed, retryable: true }),
    headline: "Grace Example wasn't deleted",
    detail: `⚠️ Fastly said no. Bot admins can retry until ${END}. ${APPROVED_BY_TOMAS}`,
    alone: `⚠️ ${GRACE} wasn't deleted. Fastly said no. Bot admins can retry until ${END}.`,
    answer: `${GRACE} wasn't deleted. Fastly said no. Bot admins can retry until ${END}.`,
  },
  {
    state: 'failed for good',
    request: approved({ ...failed, retryable: false }),
    headline: "Grace Example wasn't deleted",
    detail: `⚠️ Fastly said no. The retry window has closed. Run \`/fastly-user delete\` to make a new request. ${APPROVED_BY_TOMAS}`,
    alone: `⚠️ ${GRACE} wasn't deleted. Fastly said no. The retry window has closed. Run \`/fastly-user delete\` to make a new request.`,
    answer: `${GRACE} wasn't deleted. Fastly said no. The retry window has closed. Run \`/fastly-user delete\` to make a new request.`,
  },
  {
    state: 'failed, and it is unclear whether it worked',
    request: approved({ ...failed, unclear: true, mayBeDone: true, retryable: true }),
    headline: "It's unclear whether Grace Example was deleted",
    detail: `⚠️ Fastly said no. Bot admins can retry until ${END}. ${APPROVED_BY_TOMAS}`,
    alone: `⚠️ It's unclear whether ${GRACE} was deleted. Fastly said no. Bot admins can retry until ${END}.`,
    answer: `It's unclear whether ${GRACE} was deleted. Fastly said no. Bot admins can retry until ${END}.`,
  },
  {
    state: 'refused',
    request: approved({ kind: 'refused', obstacle: { kind: 'gone' } }),
    headline: "Grace Example wasn't deleted",
    detail: `⛔ The user no longer exists in Fastly. ${APPROVED_BY_TOMAS}`,
    alone: `⛔ ${GRACE} wasn't deleted. The user no longer exists in Fastly.`,
    answer: `${GRACE} wasn't deleted. The user no longer exists in Fastly.`,
  },
  {
    state: 'denied',
    request: pendingRequest({ state: { kind: 'denied', by: PRIYA, reason: null } }),
    headline: "Grace Example wasn't deleted",
    detail: `🚫 <@${PRIYA}> denied the request.`,
    alone: `🚫 ${GRACE} wasn't deleted. <@${PRIYA}> denied the request.`,
    answer: `${GRACE} wasn't deleted. <@${PRIYA}> denied the request.`,
  },
  {
    state: 'denied after its user was locked',
    request: pendingRequest({
      state: { kind: 'denied', by: PRIYA, reason: 'Not yet' },
      action: { kind: 'delete', version: 1, target: { ...ENGINEER, locked: true } },
    }),
    headline: "Grace Example wasn't deleted",
    detail: `🚫 The user is still locked. <@${PRIYA}> denied the request: Not yet`,
    alone: `🚫 ${GRACE} wasn't deleted. The user is still locked. <@${PRIYA}> denied the request: Not yet`,
    answer: `${GRACE} wasn't deleted. The user is still locked. <@${PRIYA}> denied the request: Not yet`,
  },
  {
    state: 'denied with a reason',
    request: pendingRequest({ state: { kind: 'denied', by: PRIYA, reason: 'Not yet' } }),
    headline: "Grace Example wasn't deleted",
    detail: `🚫 <@${PRIYA}> denied the request: Not yet`,
    alone: `🚫 ${GRACE} wasn't deleted. <@${PRIYA}> denied the request: Not yet`,
    answer: `${GRACE} wasn't deleted. <@${PRIYA}> denied the request: Not yet`,
  },
  {
    state: 'cancelled',
    request: pendingRequest({ state: { kind: 'cancelled', why: null } }),
    headline: "Grace Example wasn't deleted",
    detail: `↩️ <@${NORA}> cancelled the request.`,
    alone: `↩️ ${GRACE} wasn't deleted. <@${NORA}> cancelled the request.`,
    answer: `${GRACE} wasn't deleted. <@${NORA}> cancelled the request.`,
  },
  {
    state: 'cancelled because no channel took it',
    request: pendingRequest({ state: { kind: 'cancelled', why: 'That channel is archived.' } }),
    headline: "Grace Example wasn't deleted",
    detail: `↩️ The request couldn't be posted in <#${CDN_TEAM}>. That channel is archived.`,
    alone: `↩️ ${GRACE} wasn't deleted. The request couldn't be posted in <#${CDN_TEAM}>. That channel is archived.`,
    answer: `${GRACE} wasn't deleted. The request couldn't be posted in <#${CDN_TEAM}>. That channel is archived.`,
  },
  {
    state: 'cancelled because its database was restored',
    request: pendingRequest({ state: { kind: 'cancelled', why: 'Restored.', restored: 'waiting' } }),
    headline: 'The request to delete Grace Example was cancelled',
    detail: `↩️ The bot's database was restored from a backup. The request may have been carried out after the backup. Check in Fastly before you ask again.`,
    alone: `↩️ The request to delete ${GRACE} was cancelled. The bot's database was restored from a backup. The request may have been carried out after the backup. Check in Fastly before you ask again.`,
    answer: `The request to delete ${GRACE} was cancelled. The bot's database was restored from a backup. The request may have been carried out after the backup. Check in Fastly before you ask again.`,
  },
  {
    state: 'cancelled because its database was restored to a moment during the change',
    request: pendingRequest({ state: { kind: 'cancelled', why: 'Restored.', restored: 'done?' } }),
    headline: 'The request to delete Grace Example was cancelled',
    detail: `↩️ The bot's database was restored from a backup that was made during the change. The change may have been made. Check in Fastly before you ask again.`,
    alone: `↩️ The request to delete ${GRACE} was cancelled. The bot's database was restored from a backup that was made during the change. The change may have been made. Check in Fastly before you ask again.`,
    answer: `The request to delete ${GRACE} was cancelled. The bot's database was restored from a backup that was made during the change. The change may have been made. Check in Fastly before you ask again.`,
  },
  {
    state: 'expired',
    request: pendingRequest({ state: { kind: 'expired' } }),
    headline: "Grace Example wasn't deleted",
    detail: '⌛ The request expired with 0 of 1 approvals.',
    alone: `⌛ ${GRACE} wasn't deleted. The request expired with 0 of 1 approvals.`,
    answer: `${GRACE} wasn't deleted. The request expired with 0 of 1 approvals.`,
  },
  {
    state: 'expired with some approvals',
    request: pendingRequest({ state: { kind: 'expired' }, approvalsRequired: 2, approvers: [TOMAS] }),
    headline: "Grace Example wasn't deleted",
    detail: `⌛ The request expired with 1 of 2 approvals. ${APPROVED_BY_TOMAS}`,
    alone: `⌛ ${GRACE} wasn't deleted. The request expired with 1 of 2 approvals.`,
    answer: `${GRACE} wasn't deleted. The request expired with 1 of 2 approvals.`,
  },
];

describe.each(STATES)('a request that is $state', ({ request, ...says }) => {
  it('has its state in the headline and below it', () => {
    expect(headline(request)).toBe(says.headline);
    expect(read(detailText(request, POLICY))).toBe(says.detail);
  });

  it('has its state in sentences that stand alone, and in answers', () => {
    expect(read(stateText(request, POLICY))).toBe(says.alone ?? says.detail);
    expect(read(stateInAnswer(request, POLICY))).toBe(says.answer);
  });
});

describe('a pending request', () => {
  it('names the first approvers of many in a list', () => {
    expect(read(stateText(pendingRequest(), POLICY, 2))).toContain(
      `from <@${TOMAS}>, <@${PRIYA}> or 1 other.`,
    );
  });

  it('counts only approvals of those who may still approve', () => {
    const request = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] });
    const policy = { ...POLICY, botAdmins: [NORA, PRIYA] };
    expect(read(stateText(request, policy))).toContain(`Needs 2 approvals from <@${PRIYA}>.`);
  });

  it('says so when nobody is left who could approve', () => {
    const policy = { ...POLICY, botAdmins: [NORA] };
    expect(read(stateText(pendingRequest(), policy))).toBe(
      `⏳ Needs 1 approval, but no one is left to approve. Expires ${END}.`,
    );
  });

  it('names the requester among the approvers where they may approve', () => {
    const policy = { ...POLICY, botAdmins: [NORA], allowSelfApproval: true };
    expect(read(stateText(pendingRequest(), policy))).toContain(`from <@${NORA}>.`);
  });
});

const ACTIONS: { action: Action; asks: string; ends: string; mark: string }[] = [
  {
    action: { kind: 'delete', version: 1, target: ENGINEER },
    asks: 'Delete Grace Example?',
    ends: 'was deleted',
    mark: '🗑️',
  },
  {
    action: {
      kind: 'promote',
      by: 'update',
      version: 1,
      target: ENGINEER,
      before: CURRENT,
      changes: { role: 'superuser' },
    },
    asks: 'Promote Grace Example to Fastly superuser?',
    ends: 'was promoted to Fastly superuser',
    mark: '⭐',
  },
  {
    action: {
      kind: 'promote',
      by: 'update',
      version: 1,
      target: FASTLY_SUPERUSER,
      before: CURRENT,
      changes: { locked: false },
    },
    asks: 'Unlock Grace Example?',
    ends: 'was unlocked',
    mark: '🔓',
  },
  {
    action: {
      kind: 'promote',
      by: 'creation',
      version: 1,
      target: NEWCOMER,
      changes: { role: 'superuser' },
    },
    asks: 'Create Linus Example as a Fastly superuser?',
    ends: 'was created as a Fastly superuser',
    mark: '⭐',
  },
  {
    action: {
      kind: 'promote',
      by: 'invitation',
      version: 1,
      target: NEWCOMER,
      changes: { role: 'superuser' },
    },
    asks: 'Invite Linus Example as a Fastly superuser?',
    ends: 'was invited as a Fastly superuser',
    mark: '✉️',
  },
  {
    action: {
      kind: 'demote',
      version: 1,
      target: FASTLY_SUPERUSER,
      before: CURRENT,
      changes: { role: 'user' },
    },
    asks: 'Demote Grace Example from Fastly superuser?',
    ends: 'was demoted from Fastly superuser',
    mark: '⬇️',
  },
  {
    action: {
      kind: 'demote',
      version: 1,
      target: FASTLY_SUPERUSER,
      before: CURRENT,
      changes: { locked: true },
    },
    asks: 'Lock Grace Example?',
    ends: 'was locked',
    mark: '🔒',
  },
];

it.each(ACTIONS)("'$asks' ends with '$ends'", ({ action, asks, ends, mark }) => {
  const completed = pendingRequest({ action, state: { kind: 'completed', found: false } });
  expect(headline(pendingRequest({ action }))).toBe(asks);
  expect(headline(completed)).toBe(`${action.target.name} ${ends}`);
  expect(read(stateText(completed, POLICY))).toBe(
    `${mark} *${action.target.name}* (\`${action.target.login}\`) ${ends}.`,
  );
});

const step = (event: Event, actor: Step['actor'] = TOMAS): Step => ({
  request: pendingRequest().id,
  number: 2,
  at: LATER,
  actor,
  event,
});

/** Steps, and what the thread says of them; null where the message says it already. */
const STEPS: { what: string; event: Event; changes?: Partial<ApprovalRequest>; says: string | null }[] = [
  { what: 'filed', event: { kind: 'filed' }, says: null },
  { what: 'approved', event: { kind: 'approved', given: 1 }, says: `✅ <@${TOMAS}> approved.` },
  {
    what: 'approved once of twice',
    event: { kind: 'approved', given: 1 },
    changes: { approvalsRequired: 2 },
    says: `✅ <@${TOMAS}> approved (1 of 2).`,
  },
  {
    what: 'approved with a comment',
    event: { kind: 'approved', given: 1, comment: 'Left in May' },
    says: `✅ <@${TOMAS}> approved: Left in May`,
  },
  {
    what: 'approved once of twice with a comment',
    event: { kind: 'approved', given: 1, comment: 'Left in May' },
    changes: { approvalsRequired: 2 },
    says: `✅ <@${TOMAS}> approved (1 of 2): Left in May`,
  },
  {
    what: 'reminded',
    event: { kind: 'reminded' },
    says: `⏰ <@${TOMAS}>, <@${PRIYA}> and <@${AIDA}>: this request still needs approval. It expires ${END}.`,
  },
  {
    what: 'reminded when one of two has approved',
    event: { kind: 'reminded' },
    changes: { approvalsRequired: 2, approvers: [TOMAS] },
    says: `⏰ <@${PRIYA}> and <@${AIDA}>: this request still needs approval. It expires ${END}.`,
  },
  {
    what: 'reminded when everyone has approved',
    event: { kind: 'reminded' },
    changes: { approvers: [TOMAS, PRIYA, AIDA] },
    says: null,
  },
  { what: 'started', event: { kind: 'started', mayBeDone: false }, says: null },
  {
    what: 'started after an attempt that may have worked',
    event: { kind: 'started', mayBeDone: true },
    says: '🔎 Checking whether an earlier attempt already worked.',
  },
  {
    what: 'postponed by a rate limit',
    event: { kind: 'postponed', until: LATER, unclear: false },
    says: "⏸️ Fastly's rate limit is reached. The next attempt is due 1970-01-01 10:00 UTC.",
  },
  {
    what: 'postponed because the outcome is unclear',
    event: { kind: 'postponed', until: LATER, unclear: true },
    says: "⏸️ Fastly hasn't confirmed this yet. Checking again 1970-01-01 10:00 UTC.",
  },
  { what: 'retried', event: { kind: 'retried' }, says: `🔁 <@${TOMAS}> retried.` },
  { what: 'locked', event: { kind: 'locked' }, says: `🔒 <@${TOMAS}> locked ${GRACE}.` },
  {
    what: 'locked with a comment',
    event: { kind: 'locked', comment: 'Until it is decided' },
    says: `🔒 <@${TOMAS}> locked ${GRACE}: Until it is decided`,
  },
  {
    what: 'cancelled with a comment',
    event: { kind: 'cancelled', why: null, comment: 'She stays' },
    says: `↩️ ${GRACE} wasn't deleted. <@${TOMAS}> cancelled the request: She stays`,
  },
  { what: 'closed', event: { kind: 'closed' }, says: '⌛ The retry window has closed.' },
  { what: 'completed', event: { kind: 'completed', found: false }, says: `🗑️ ${GRACE} was deleted.` },
  {
    what: 'failed',
    event: { kind: 'failed', why: 'Fastly said no.', unclear: false },
    says: `⚠️ ${GRACE} wasn't deleted. Fastly said no.`,
  },
  {
    what: 'failed, unclear whether it worked',
    event: { kind: 'failed', why: 'Fastly said nothing.', unclear: true },
    says: `⚠️ It's unclear whether ${GRACE} was deleted. Fastly said nothing.`,
  },
  {
    what: 'refused',
    event: { kind: 'refused', obstacle: { kind: 'gone' } },
    says: `⛔ ${GRACE} wasn't deleted. The user no longer exists in Fastly.`,
  },
  {
    what: 'denied',
    event: { kind: 'denied', reason: 'Not yet' },
    says: `🚫 ${GRACE} wasn't deleted. <@${TOMAS}> denied the request: Not yet`,
  },
  {
    what: 'cancelled',
    event: { kind: 'cancelled', why: null },
    says: `↩️ ${GRACE} wasn't deleted. <@${TOMAS}> cancelled the request.`,
  },
  {
    what: 'expired',
    event: { kind: 'expired' },
    says: `⌛ ${GRACE} wasn't deleted. The request expired with 0 of 1 approvals.`,
  },
];

it.each(STEPS)('the thread of a request that was $what says $says', ({ event, changes, says }) => {
  const text = stepText(step(event), pendingRequest(changes), POLICY);
  expect(text && read(text)).toBe(says);
});

const OBSTACLES: { obstacle: Obstacle; says: string }[] = [
  {
    obstacle: {
      kind: 'changed',
      differences: [
        { field: 'role', approved: 'engineer', found: 'superuser' },
        { field: 'lock', approved: 'not locked', found: 'locked' },
      ],
    },
    says: 'The user has changed since the request: the role was engineer and is now Fastly superuser and the lock was `not locked` and is now `locked`. Check with `/fastly-user get`, then make a new request.',
  },
  {
    obstacle: { kind: 'exists', as: 'user' },
    says: 'A user with this login already exists. Check with `/fastly-user get`.',
  },
  {
    obstacle: { kind: 'exists', as: 'invitation' },
    says: 'An invitation to this address is already open. Check with `/fastly-user invitations`.',
  },
  {
    obstacle: { kind: 'only-invited' },
    says: "This Fastly account can't create users directly. Invite the user as a Fastly superuser instead.",
  },
  {
    obstacle: { kind: 'protected', protection: 'token' },
    says: 'The bot signs in to Fastly as this user.',
  },
  {
    obstacle: { kind: 'protected', protection: 'owner' },
    says: 'This user owns the Fastly account. Transfer the ownership in Fastly first.',
  },
  {
    obstacle: { kind: 'protected', protection: 'last-superuser' },
    says: "This is the last unlocked Fastly superuser besides the bot's own. Make another user a Fastly superuser first.",
  },
  {
    obstacle: { kind: 'rights', whose: 'requester' },
    says: 'The requester is no longer allowed to use the bot.',
  },
  {
    obstacle: { kind: 'rights', whose: 'approvers' },
    says: 'Too few of the approvals still count. Make a new request so that others can approve it.',
  },
];

it.each(OBSTACLES)('an obstacle is told, and what to do about it: $says', ({ obstacle, says }) => {
  const request = pendingRequest({ state: { kind: 'refused', obstacle } });
  expect(read(detailText(request, POLICY))).toBe(`⛔ ${says}`);
});

describe('what is revoked already', () => {
  const token = { id: 't1', name: 'ci', scope: null, services: null };
  const shown = { readAt: 1, tokens: [token, { ...token, id: 't2' }] };
  const deletion: Action = {
    ...{ kind: 'delete-with-tokens', version: 1, target: ENGINEER },
    ...{ shown, revokeFirst: true, laterTokens: false },
  };

  it('is told before why the rest was refused', () => {
    const refused = (obstacle: Obstacle) =>
      headline(pendingRequest({ action: deletion, state: { kind: 'refused', obstacle, revoked: 1 } }));
    expect(refused({ kind: 'rights', whose: 'approvers' })).toBe(
      '1 token revoked, Grace Example still exists',
    );
    expect(refused({ kind: 'gone' })).toBe("1 token revoked, Grace Example wasn't deleted");
  });

  it('is told with what comes next', () => {
    const state = {
      kind: 'executing',
      claim: 'mine',
      leaseUntil: 50,
      mayBeDone: false,
      postponed: 0,
    } as const;
    const next = (revoked: number) =>
      read(stateText(pendingRequest({ action: deletion, state: { ...state, revoked } }), POLICY));
    expect(next(0)).toBe('⚙️ In progress…');
    expect(next(1)).toBe('⚙️ 1 token revoked. Revoking…');
    expect(next(2)).toBe('⚙️ 2 tokens revoked. Deleting…');
  });
});

it('that Slack refused a request for good is told with a way out', () => {
  expect(read(unseenText('no_text'))).toBe(
    'Slack refused the message (no_text). Try again in another channel.',
  );
});

it.each([
  ['not_in_channel', "The bot isn't in that channel: add it with `/invite`."],
  ['channel_not_found', "The bot isn't in that channel: add it with `/invite`."],
  ['is_archived', 'The channel is archived: unarchive it.'],
  ['is_inactive', 'The channel is archived: unarchive it.'],
  ['restricted_action', 'The bot may not post in that channel: change who can post there.'],
  ['no_permission', 'Slack refuses it (no_permission): ask an administrator of the workspace to allow it.'],
])('that a request is not shown because of %s is told with who can mend it', (refusal, how) => {
  const told = read(notShownText(pendingRequest(), refusal));
  expect(told).toMatch(/^<#\w+> doesn't show the request `\S+` to delete /);
  expect(told).toContain(
    ` as it is now. ${how} Until then, bot admins find the request on the Home tab and with \`/fastly-user approvals\`.`,
  );
});
