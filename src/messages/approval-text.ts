import { type Action, isDeletion, isExtension, isLockOfSeveral, verbOf } from '../approvals/action.ts';
import { approvalsNeeded, mayApprove, standingApprovers } from '../approvals/approvers.ts';
import type { NewerRequest } from '../approvals/newer.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import type { ApprovalRequest, State } from '../approvals/request.ts';
import { NOT_BEGUN, type Run } from '../approvals/run.ts';
import { UserGroupId } from '../ids.ts';
import {
  bold,
  code,
  counted,
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
  type RequestOutcome,
  resultText,
  type Subject,
  withMark,
} from './outcome-text.ts';
import { actionEnd } from './promotion-text.ts';
import { changeText, settingsText, settingValue } from './settings-text.ts';
import { reachedText } from './several-text.ts';
import { userText } from './user-text.ts';
import { infinitive, participle, subcommandFor } from './verb-text.ts';

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
 * @param needs what stands in place of 'Needs'
 */
export function neededText(
  count: number,
  from: readonly string[],
  mentioned: ApprovalPolicy['mentioned'],
  { more = false, most = MOST_MENTIONED, needs = 'Needs' } = {},
): Sentence {
  const needed = say`${needs} ${count}${more ? ' more' : ''} ${count === 1 ? 'approval' : 'approvals'}`;
  if (from.length === 0) return say`${needed}, but no one is left to approve.`;
  const who = askedText(from, mentioned, mentioned === 'all' ? 'or' : 'and', most);
  if (mentioned === 'all' && who !== null) return say`${needed} from ${who}.`;
  // Others may approve, too, and of a group perhaps nobody may.
  return say`${needed} from another bot admin.${who === null ? say`` : say` Asked: ${who}.`}`;
}

/** Those who are asked, as far as they are mentioned; null for nobody. */
export function askedText(
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
export function subjectOf(
  request: ApprovalRequest,
  by: string | null = request.state.kind === 'denied' ? request.state.by : request.requester,
): Subject {
  const { action, channel, approvers, approvalsRequired } = request;
  const approvals = { given: approvers.length, required: approvalsRequired };
  const isLocked = isDeletion(action) && action.target.locked === true;
  const tokens = action.kind === 'revoke' ? { tokens: action.shown.tokens } : {};
  return {
    verb: verbOf(action),
    target: action.target,
    by,
    channel,
    approvals,
    isLocked,
    ...tokens,
  };
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
  return withMark(markedState(request, policy, most));
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
    case 'approved': {
      if (state.postponed === 0) return { mark: say`⚙️`, text: say`Starting…` };
      const waitsFor = state.waitsFor ?? (state.mayBeDone ? 'check' : 'fastly');
      return withDone(request, state, postponed(state.notBefore, waitsFor));
    }
    case 'executing':
      if (isLockOfSeveral(request.action)) {
        const { run = NOT_BEGUN } = state;
        const stopping = run.stoppedBy ? say` Stopping…` : say``;
        const reached = reachedText(run, request.action.targets.length);
        return { mark: say`⚙️`, text: say`${reached}.${stopping}` };
      }
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
  return revoked ? { mark, text: say`${counted(revoked, 'token')} revoked. ${text}` } : { mark, text };
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

export const RETRY_CLOSED = say`The retry window has closed.`;

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
export function postponed(until: number, waitsFor: 'fastly' | 'check' | 'slack'): Marked {
  const when = date(new Date(until));
  const texts = {
    fastly: say`Fastly's rate limit is reached. The next attempt is due ${when}.`,
    check: say`Fastly hasn't confirmed this yet. Checking again ${when}.`,
    slack: say`Slack didn't confirm who asked for this and who approved it. The next attempt is due ${when}.`,
  };
  return { mark: say`⏸️`, text: texts[waitsFor] };
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
