import type { Event, OutcomeStep, Step } from '../approvals/event.ts';
import { type Action, type ApprovalRequest, deedOf, type Obstacle } from '../approvals/request.ts';
import { mayApprove, type Policy } from '../approvals/rules.ts';
import { doing, done, markOf, seen, toDo } from './deed-words.ts';
import { bold, channel, code, date, enumerate, member, type Sentence, say } from './kit/sentence.ts';
import { changeWords, settingsWords, settingValue } from './setting-words.ts';
import { userWords } from './user-words.ts';

/** As many as may be required (`APPROVALS_REQUIRED`), so that nobody who may approve is left out. */
const MOST_MENTIONED = 100;

/** Members, mentioned; of very many the first. */
export function mentions(ids: readonly string[], conjunction: 'and' | 'or' = 'and'): Sentence {
  const named = ids.slice(0, MOST_MENTIONED).map(member);
  const others = ids.length - named.length;
  return enumerate(others > 0 ? [...named, say`${others} others`] : named, conjunction);
}

/** Whom a request concerns. */
export function targetWords({ action: { target } }: ApprovalRequest): Sentence {
  return userWords(target);
}

/** What would be set, as a line of its own; no line for a deletion, which sets nothing. */
export function changesLine(action: Action): Sentence[] {
  if (action.kind === 'delete') return [];
  return ['before' in action ? changeWords(action.before, action.changes) : settingsWords(action.changes)];
}

/** Who approved, to be put behind another sentence; nothing where nobody has. */
export function approvedBy({ approvers }: ApprovalRequest): Sentence {
  return approvers.length === 0 ? say`` : say` Approved by ${mentions(approvers)}.`;
}

/** What a step says in the request's thread; `null` where the message says it all. */
export function stepWords({ event, actor }: Step, request: ApprovalRequest, policy: Policy): Sentence | null {
  const who = actor === null ? say`Somebody` : say`${member(actor)}`;
  const { approvalsRequired, expiresAt } = request;
  switch (event.kind) {
    case 'filed':
      return null;
    case 'approved':
      return approvalsRequired > 1
        ? say`✅ ${who} approved: ${event.given} of ${approvalsRequired}.`
        : say`✅ ${who} approved.`;
    case 'reminded': {
      const asked = mayApprove(request, policy);
      return asked.length === 0
        ? null
        : say`⏰ ${mentions(asked)}: this still waits for approval, until ${date(new Date(expiresAt))}.`;
    }
    case 'started':
      return event.lookFirst ? say`🔎 An earlier attempt may have done it, so I look first.` : null;
    case 'postponed':
      return postponedWords(event);
    case 'retried':
      return say`🔁 ${who} has me try again.`;
    case 'locked':
      return say`🔒 ${who} locked ${targetWords(request)} meanwhile.`;
    case 'closed':
      return say`⌛ The time for a retry is over.`;
    case 'cancelled':
      return event.why === null ? say`↩️ ${who} took the request back.` : outcomeWords(event, actor, request);
    default:
      return outcomeWords(event, actor, request);
  }
}

/** That it goes on by itself, and when. */
export function postponedWords({ until, unclear }: Extract<Event, { kind: 'postponed' }>): Sentence {
  return unclear
    ? say`⏸️ Fastly does not tell me what has become of it. I look again after ${date(new Date(until))}.`
    : say`⏸️ Fastly takes no more changes for now. I carry this out after ${date(new Date(until))}.`;
}

/** What came of a request, in words that stand for themselves. */
export function outcomeWords(
  event: OutcomeStep['event'],
  actor: string | null,
  request: ApprovalRequest,
): Sentence {
  const target = targetWords(request);
  const deed = deedOf(request.action);
  switch (event.kind) {
    case 'completed': {
      const completed = say`${markOf(deed)} ${target} is ${done(deed)}.`;
      return event.found
        ? say`${completed} The answer to my first attempt was lost, so I looked: ${seen(deed)}.`
        : completed;
    }
    case 'failed':
      return event.unclear
        ? say`⚠️ I do not know whether ${target} is ${done(deed)}. ${event.why}`
        : say`⚠️ ${target} could not be ${done(deed)}. ${event.why}`;
    case 'refused':
      return say`⛔ I did not ${toDo(deed, target)}: ${obstacleWords(event.obstacle)}`;
    case 'denied': {
      const who = actor === null ? say`Somebody` : say`${member(actor)}`;
      return event.reason === null
        ? say`🚫 ${who} denied ${doing(deed, target)}.`
        : say`🚫 ${who} denied ${doing(deed, target)}: ${event.reason}`;
    }
    case 'cancelled':
      return event.why === null
        ? say`↩️ The request to ${toDo(deed, target)} was taken back.`
        : say`↩️ The request to ${toDo(deed, target)} is cancelled: I could not show it in ${channel(request.channel)}. ${event.why}`;
    case 'expired':
      return request.approvers.length === 0
        ? say`⌛ Nobody approved ${doing(deed, target)} in time, so it was not done.`
        : say`⌛ The request to ${toDo(deed, target)} had ${request.approvers.length} of ${request.approvalsRequired} approvals when its time was over, so it was not done.`;
  }
}

type ChangedField = Extract<Obstacle, { kind: 'changed' }>['differences'][number]['field'];

const FIELD_WORDS: Record<ChangedField, Sentence> = {
  login: say`the login`,
  name: say`the name`,
  role: say`the role`,
  lock: say`the lock`,
  'limited services': say`${bold('Limited services')}`,
  'password change required': say`${bold('Password change required')}`,
};

function foundWords(field: ChangedField, value: string): Sentence {
  return field === 'role' ? settingValue('role', value) : say`${code(value)}`;
}

/** Why an approved request is not carried out, and what one can do. */
export function obstacleWords(obstacle: Obstacle): Sentence {
  switch (obstacle.kind) {
    case 'gone':
      return say`they were deleted in Fastly meanwhile, by somebody else.`;
    case 'changed': {
      const changes = obstacle.differences.map(
        ({ field, approved, found }) =>
          say`${FIELD_WORDS[field]} was ${foundWords(field, approved)} and is now ${foundWords(field, found)}`,
      );
      return say`this is not what was approved any more: ${enumerate(changes)}. Look at them with ${code('/fastly-user get')}, and ask again if it still should be.`;
    }
    case 'exists':
      return obstacle.as === 'user'
        ? say`there is a user with that login already. Look at them with ${code('/fastly-user get')}.`
        : say`an invitation to that address is open already. ${code('/fastly-user invitations')} shows it.`;
    case 'only-invited':
      return say`this Fastly account cannot create users directly. They have to be invited instead, as a Fastly superuser, which is asked for in the same way.`;
    case 'protected':
      return protectionWords(obstacle.protection);
    case 'rights':
      return obstacle.whose === 'requester'
        ? say`who asked for it is no longer on my list of superusers.`
        : say`too many of those who approved are no longer on my list of superusers. Ask again to have others approve.`;
  }
}

/** Why a user is never deleted, demoted or locked. */
export function protectionWords(protection: 'token' | 'owner' | 'last-superuser'): Sentence {
  switch (protection) {
    case 'token':
      return say`they are the account behind my own Fastly token. Without it I could do nothing.`;
    case 'owner':
      return say`they own the Fastly account. Its ownership has to be transferred in Fastly first.`;
    case 'last-superuser':
      return say`they are the last Fastly superuser who is not locked, besides the one behind my own token. Make somebody else a Fastly superuser first.`;
  }
}

/** What the requester can do about a channel that does not take the request. @param refusal Slack's word for it */
export function unseenWords(refusal: string): Sentence {
  switch (refusal) {
    case 'not_in_channel':
    case 'channel_not_found':
      return say`I am not in that channel. /invite me there and ask again, or ask in a channel that I am in.`;
    case 'is_archived':
      return say`That channel is archived. Ask again in another one.`;
    default:
      return say`Slack did not let me post there (${refusal}). Ask again in another channel.`;
  }
}

/** Why, as a line of its own; no line where nothing was said. */
export function reasonLine(reason: string | null): Sentence[] {
  return reason === null ? [] : [say`${bold('Reason:')} ${reason}`];
}
