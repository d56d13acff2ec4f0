import {
  type Action,
  isDeletion,
  isExtension,
  isLockOfSeveral,
  type LockOfSeveral,
  verbOf,
} from '../approvals/action.ts';
import { approvalsNeeded, mayApprove, standingApprovers } from '../approvals/approvers.ts';
import { isOutcome, type OutcomeStep, type Step } from '../approvals/event.ts';
import type { NewerRequest } from '../approvals/newer.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import type { ApprovalRequest, State } from '../approvals/request.ts';
import { NOT_BEGUN, type Run } from '../approvals/run.ts';
import type { ListedToken } from '../changes/token.ts';
import { UserGroupId } from '../ids.ts';
import {
  bold,
  channel,
  code,
  date,
  enumerate,
  MOST_MENTIONED,
  member,
  mentions,
  plainText,
  type Sentence,
  say,
  userGroup,
} from './kit/sentence.ts';
import {
  becauseText,
  commentText,
  type Marked,
  markedOutcome,
  outcomeMark,
  outcomeText,
  type RequestOutcome,
  resultText,
  type Subject,
  together,
} from './outcome-text.ts';
import { actionEnd } from './promotion-text.ts';
import { changeText, settingsText, settingValue } from './settings-text.ts';
import { reachedText } from './several-text.ts';
import { tokenCount, tokenNames } from './tokens/text.ts';
import { userCount, userText } from './user-text.ts';
import { infinitive, participle, subcommandFor } from './verb-text.ts';

/** The user a request is about. */
export function targetText({ action: { target } }: ApprovalRequest): Sentence {
  return userText(target);
}

/** '@nora wants to delete X (request K7Q2-9FMX in #team).' */
export function requestLine(request: ApprovalRequest, where: Sentence): Sentence {
  const wanted = infinitive(verbOf(request.action), targetText(request));
  return say`${member(request.requester)} wants to ${wanted} (${where}).`;
}

/** The line in the place of a request that only a newer version of the bot can read. */
export function newerRequestLine({ requester }: NewerRequest, where: Sentence): Sentence {
  const whose = requester === null ? say`A request` : say`A request by ${member(requester)}`;
  return say`⏸️ ${whose} needs a newer version of the bot (${where}). This version can't act on it.`;
}

/** The settings an action sets, and until when, as a line of its own. A deletion sets none and has no line. */
export function changesLine(action: Action, state: State | null = null): Sentence[] {
  const end = actionEnd(action, state);
  if (!('changes' in action)) return end === null ? [] : [extensionText(action, end)];
  const then =
    action.kind === 'promote-for' && end ? say`${end} (then ${settingValue('role', action.back)})` : end;
  return [
    'before' in action ? changeText(action.before, action.changes, then) : settingsText(action.changes, then),
  ];
}

function extensionText(action: Action, end: Sentence): Sentence {
  if (!isExtension(action)) return end;
  const role = settingValue('role', action.target.role);
  return say`${bold('Role')} ${role} until ${date(new Date(action.until))} → ${end}, then ${settingValue('role', action.back)}`;
}

/** The reason as a line of its own, if there is one. */
export function reasonLine(reason: string | null): Sentence[] {
  return reason === null ? [] : [say`${bold('Reason:')} ${reason}`];
}

/**
 * ' Approved by @a and @b. @a: what they wrote', to be put behind another sentence. Nothing follows what somebody wrote,
 * or it could pretend to be more of the sentence. Empty without approvals.
 */
export function approvedBy({ approvers, comments }: ApprovalRequest): Sentence {
  const [first, ...others] = approvers;
  if (first === undefined) return say``;
  if (others.length === 0) return say` Approved by ${member(first)}${commentText(comments.get(first))}`;
  return [...comments].reduce(
    (told, [approver, comment]) => say`${told} ${member(approver)}: ${comment}`,
    say` Approved by ${enumerate(approvers.map(member))}.`,
  );
}

/**
 * 'Needs 1 approval from @a or @b.'
 *
 * @param from empty where nobody is left who could approve
 * @param mentioned whom of them to mention, and user groups
 */
export function neededText(
  count: number,
  from: readonly string[],
  mentioned: ApprovalPolicy['mentioned'],
  { more = false, most = MOST_MENTIONED } = {},
): Sentence {
  const needed = say`Needs ${count}${more ? ' more' : ''} ${count === 1 ? 'approval' : 'approvals'}`;
  if (from.length === 0) return say`${needed}, but no one is left to approve.`;
  const who = askedText(from, mentioned, mentioned === 'all' ? 'or' : 'and', most);
  if (mentioned === 'all' && who !== null) return say`${needed} from ${who}.`;
  // Others may approve, too, and of a group perhaps nobody may.
  return say`${needed} from another bot admin.${who === null ? say`` : say` Asked: ${who}.`}`;
}

/** Those who are asked, as far as they are mentioned; null for nobody. */
function askedText(
  from: readonly string[],
  mentioned: ApprovalPolicy['mentioned'],
  conjunction: 'and' | 'or',
  most = MOST_MENTIONED,
): Sentence | null {
  if (mentioned === 'all') return mentions(from, conjunction, most);
  const named = from.filter((each) => mentioned.some((id) => id === each)).map(member);
  const groups = mentioned.filter((id) => UserGroupId.safeParse(id).success).map(userGroup);
  const all = [...named, ...groups].slice(0, most);
  return all.length === 0 ? null : enumerate(all, conjunction);
}

/** @param by who denied or cancelled; the request's own state says it where no step is told */
function subjectOf(request: ApprovalRequest, by: string | null = endedBy(request)): Subject {
  const { action, channel, approvers, approvalsRequired } = request;
  const approvals = { given: approvers.length, required: approvalsRequired };
  const isLocked = isDeletion(action) && action.target.locked === true;
  const tokens = action.kind === 'revoke' ? { tokens: action.shown.tokens } : {};
  return { verb: verbOf(action), target: action.target, by, channel, approvals, isLocked, ...tokens };
}

function endedBy({ state, requester }: ApprovalRequest): string {
  return state.kind === 'denied' ? state.by : requester;
}

type ProgressState = Exclude<State, { kind: RequestOutcome['kind'] }>;

function isInProgress(state: State): state is ProgressState {
  return state.kind === 'pending' || state.kind === 'approved' || state.kind === 'executing';
}

/** The headline of a request's message: a question, then the result. */
export function headline({ action, state }: ApprovalRequest): string {
  const verb = verbOf(action);
  const name = say`${action.target.name}`;
  return isInProgress(state)
    ? capitalized(plainText(say`${infinitive(verb, name)}?`))
    : plainText(resultText(state, verb, name));
}

/** How a request stands, in sentences that stand alone. @param most how many approvers are named */
export function stateText(request: ApprovalRequest, policy: ApprovalPolicy, most = MOST_MENTIONED): Sentence {
  return together(markedState(request, policy, most));
}

/** How a request stands, without emoji and naming the user, to follow another sentence. */
export function stateInAnswer(request: ApprovalRequest, policy: ApprovalPolicy): Sentence {
  const { state, action } = request;
  return state.kind === 'approved' || state.kind === 'executing'
    ? say`The request to ${infinitive(verbOf(action), targetText(request))} is in progress.${approvedBy(request)}`
    : markedState(request, policy, MOST_MENTIONED).text;
}

function markedState(request: ApprovalRequest, policy: ApprovalPolicy, most: number): Marked {
  const { state } = request;
  if (isInProgress(state)) {
    const { mark, text } = progress(request, state, policy, most);
    return { mark, text: say`${text}${approvedBy(request)}` };
  }
  const { mark, text } = markedOutcome(state, subjectOf(request));
  return { mark, text: say`${text}${nextText(request)}` };
}

/** How a request stands, below a headline that already has the result. */
export function detailText(request: ApprovalRequest, policy: ApprovalPolicy): Sentence {
  const { state, action } = request;
  if (isInProgress(state)) return stateText(request, policy);
  const verb = verbOf(action);
  const because = becauseText(state, subjectOf(request)) ?? say``;
  const approved = state.kind === 'denied' || state.kind === 'cancelled' ? say`` : approvedBy(request);
  if (state.kind !== 'completed') {
    return say`${outcomeMark(state, verb)} ${because}${nextText(request)}${approved}`;
  }
  const done =
    isLockOfSeveral(action) && state.run
      ? say`${state.run.locked.length > 0 ? '✅' : '⚠️'} ${reachedText(state.run, action.targets.length)}.`
      : say`✅ ${capitalized(participle(verb))}.`;
  return say`${because.parts.length > 0 ? say`${done} ${because}` : done}${approved}`;
}

function progress(
  request: ApprovalRequest,
  state: ProgressState,
  policy: ApprovalPolicy,
  most: number,
): Marked {
  switch (state.kind) {
    case 'pending': {
      const given = standingApprovers(request, policy).length;
      const options = { more: given > 0, most };
      const left = approvalsNeeded(request, policy) - given;
      const needed = neededText(left, mayApprove(request, policy), policy.mentioned, options);
      return {
        mark: say`⏳`,
        text: say`${needed}${leftOut(request)} Expires ${date(new Date(request.expiresAt))}.`,
      };
    }
    case 'approved':
      return state.postponed === 0
        ? { mark: say`⚙️`, text: say`Starting…` }
        : withDone(
            request,
            state,
            postponed(state.notBefore, state.waitsFor ?? (state.mayBeDone ? 'check' : 'fastly')),
          );
    case 'executing':
      if (isLockOfSeveral(request.action)) return underWay(request.action, state.run ?? NOT_BEGUN);
      return withDone(request, state, {
        mark: say`⚙️`,
        text: state.revoked ? nextStepText(request.action, state.revoked) : say`In progress…`,
      });
  }
}

/** What was done already is said, whatever comes next. */
function withDone(
  { action }: ApprovalRequest,
  { revoked, run }: { revoked?: number; run?: Run },
  { mark, text }: Marked,
): Marked {
  if (run && isLockOfSeveral(action)) {
    return { mark, text: say`${reachedText(run, action.targets.length)}. ${text}` };
  }
  return revoked ? { mark, text: say`${tokenCount(revoked)} revoked. ${text}` } : { mark, text };
}

function underWay({ targets }: LockOfSeveral, run: Run): Marked {
  const reached = reachedText(run, targets.length);
  const stopping = run.stoppedBy ? say` Stopping…` : say``;
  return { mark: say`⚙️`, text: say`${reached}.${stopping}` };
}

function nextStepText(action: Action, revoked: number): Sentence {
  const all = 'shown' in action ? (action.shown?.tokens.length ?? 0) : 0;
  return isDeletion(action) && revoked >= all ? say`Deleting…` : say`Revoking…`;
}

/** ' @a isn't asked, because the request is about them.' Empty where it is about no bot admin. */
function leftOut({ terms }: ApprovalRequest): Sentence {
  const about = terms?.about ?? [];
  return about.length === 0
    ? say``
    : say` ${mentions(about, 'and')} can't decide, because the request is about them.`;
}

const RETRY_CLOSED = say`The retry window has closed.`;

/** Whether a failed request can be retried; nothing for any other state. */
function nextText({ state, action, expiresAt }: ApprovalRequest): Sentence {
  if (state.kind !== 'failed') return say``;
  if (state.tokensInTheWay)
    return say` If the user's tokens are why, the button asks for both in one request. If not, run ${code('/fastly-user delete')} again.`;
  return state.retryable
    ? say` Bot admins can retry until ${date(new Date(expiresAt))}.`
    : say` ${RETRY_CLOSED} Run ${code(`/fastly-user ${subcommandFor(verbOf(action))}`)} to make a new request.`;
}

/** @param waitsFor Fastly's rate limit, a check in Fastly, or Slack */
function postponed(until: number, waitsFor: 'fastly' | 'check' | 'slack'): Marked {
  const when = date(new Date(until));
  const texts = {
    fastly: say`Fastly's rate limit is reached. The next attempt is due ${when}.`,
    check: say`Fastly hasn't confirmed this yet. Checking again ${when}.`,
    slack: say`Slack didn't confirm who asked for this and who approved it. The next attempt is due ${when}.`,
  };
  return { mark: say`⏸️`, text: texts[waitsFor] };
}

/** An outcome as the thread and the requester's direct message tell it. */
export function outcomeStepText({ event, actor }: OutcomeStep, request: ApprovalRequest): Sentence {
  return outcomeText(event, subjectOf(request, actor));
}

/** A step as the request's thread tells it; null for a step that the message itself shows. */
export function stepText(step: Step, request: ApprovalRequest, policy: ApprovalPolicy): Sentence | null {
  if (isOutcome(step)) return outcomeStepText(step, request);
  const { event, actor } = step;
  const who = actor === null ? say`A bot admin` : say`${member(actor)}`;
  const { expiresAt } = request;
  const needed = approvalsNeeded(request, policy);
  switch (event.kind) {
    case 'approved':
      return needed > 1
        ? say`✅ ${who} approved (${event.given} of ${needed})${commentText(event.comment)}`
        : say`✅ ${who} approved${commentText(event.comment)}`;
    case 'reminded': {
      const asked = mayApprove(request, policy);
      if (asked.length === 0) return null;
      const who = askedText(asked, policy.mentioned, 'and');
      const expires = say`It expires ${date(new Date(expiresAt))}.`;
      return who === null
        ? say`⏰ This request still needs approval. ${expires}`
        : say`⏰ ${who}: this request still needs approval. ${expires}`;
    }
    case 'started':
      return event.mayBeDone ? say`🔎 Checking whether an earlier attempt already worked.` : null;
    case 'postponed':
      return together(postponed(event.until, event.waitsFor ?? (event.unclear ? 'check' : 'fastly')));
    case 'retried':
      return say`🔁 ${who} retried.`;
    case 'locked':
      return lockedText(who, request, event.comment);
    case 'revoked':
      return say`🔑 ${tokenCount(event.revoked)} revoked.`;
    case 'stopped':
      return say`🛑 ${who} stopped this. The user under way may still be locked.`;
    case 'unlocked':
      return say`🔓 ${who} unlocked ${userCount(event.users)}.`;
    case 'asked-again':
      return askedAgainText(event.unseen, request, policy);
    case 'closed':
      return say`⌛ ${RETRY_CLOSED}`;
    default:
      return null;
  }
}

/** Why an approved request waits once more, and for whom. */
function askedAgainText(
  unseen: readonly ListedToken[],
  request: ApprovalRequest,
  policy: ApprovalPolicy,
): Sentence {
  const shown = unseen.length === 1 ? "wasn't shown" : "weren't shown";
  const why = say`⚠️ ${targetText(request)} has ${tokenCount(unseen.length)} that ${shown}: ${tokenNames(unseen)}. The user still exists. The approvals so far no longer count.`;
  const asked = request.state.kind === 'pending' ? mayApprove(request, policy) : [];
  if (asked.length === 0) return why;
  const who = askedText(asked, policy.mentioned, 'and');
  return who === null ? say`${why} Check the new list.` : say`${why} ${who}: check the new list.`;
}

/** That **Lock now** was used, in every place that tells it. */
export function lockedText(who: Sentence, request: ApprovalRequest, comment?: string): Sentence {
  return say`🔒 ${who} locked ${targetText(request)}${commentText(comment)}`;
}

/** In place of a request's message once people of another company can read it. It names nobody. */
export const HIDDEN_REQUEST = say`This request isn't shown here any more, because people of another company can read this channel. Bot admins find it on the Home tab and with ${code('/fastly-user approvals')}.`;

/** Why a channel did not take a request, for good. @param refusal Slack's error code */
export function unseenText(refusal: string): Sentence {
  return say`Slack refused the message (${refusal}). Try again in another channel.`;
}

/** For the requester: a request that goes on although its channel does not show it, and who can mend that. */
export function notShownText(request: ApprovalRequest, refusal: string): Sentence {
  const { action, id, channel: where } = request;
  const about = say`request ${code(id)} to ${infinitive(verbOf(action), targetText(request))}`;
  return say`${channel(where)} doesn't show the ${about} as it is now. ${remedyText(refusal)} Until then, bot admins find the request on the Home tab and with ${code('/fastly-user approvals')}.`;
}

/** @param refusal Slack's error code, of those that a person mends */
function remedyText(refusal: string): Sentence {
  switch (refusal) {
    case 'not_in_channel':
    case 'channel_not_found':
      return say`The bot isn't in that channel: add it with ${code('/invite')}.`;
    case 'is_archived':
    case 'is_inactive':
      return say`The channel is archived: unarchive it.`;
    case 'restricted_action':
    case 'restricted_action_read_only_channel':
    case 'restricted_action_thread_only_channel':
    case 'posting_to_channel_denied':
      return say`The bot may not post in that channel: change who can post there.`;
    default:
      return say`Slack refuses it (${refusal}): ask an administrator of the workspace to allow it.`;
  }
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
