import type { Button, KnownBlock, TextObject } from '@slack/types';
import {
  type Action,
  isAdmission,
  isExtension,
  isLockOfSeveral,
  mayBeLocked,
  verbOf,
} from '../approvals/action.ts';
import { isAbout, mayApprove } from '../approvals/approvers.ts';
import { isOutcome, type Step } from '../approvals/event.ts';
import { isNewer, type StoredRequest } from '../approvals/newer.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import { type ApprovalRequest, isOpen, type State } from '../approvals/request.ts';
import { mayBeCancelled } from '../approvals/rules.ts';
import { stillLocked } from '../approvals/run.ts';
import { mayBeStopped } from '../approvals/run-rules.ts';
import type { RunningPromotion } from '../changes/promotion.ts';
import type { Setting, Settings } from '../changes/settings.ts';
import type { Target } from '../changes/target.ts';
import type { TokensLeft } from '../changes/token.ts';
import type { MemberId } from '../ids.ts';
import {
  approvedBy,
  changesLine,
  detailText,
  headline,
  newerRequestLine,
  reasonLine,
  requestLine,
  stateText,
} from './approval-text.ts';
import { button, field, HEADER_LENGTH, header, momentField } from './kit/blocks.ts';
import { context, type Message, message, notification } from './kit/message.ts';
import { plainName } from './kit/plain.ts';
import { channel, code, counted, date, member, richText, type Sentence, say } from './kit/sentence.ts';
import { outcomeText } from './outcome-text.ts';
import { actionEnd, lastsNow, newEndText } from './promotion-text.ts';
import { rolesCaution, roleText, unknownStandingText } from './role-text.ts';
import { changeFields, NO_SERVICE_NAMED, settingField, settingValue } from './settings-text.ts';
import { afterRun, lockedUsersText, usersInShort, usersLines } from './several-text.ts';
import { everyTokenText, tokenNotes, tokenNotesInShort } from './tokens/notes.ts';

/** The action ids of a request's buttons. Each button's value is the request's id. */
export const APPROVE = 'approvals.approve';
export const DENY = 'approvals.deny';
export const CANCEL = 'approvals.cancel';
export const RETRY = 'approvals.retry';
export const LOCK = 'approvals.lock';
export const STOP = 'approvals.stop';
/** Of a request that has ended: opens the form of another one. */
export const REVOKE_LEFT = 'approvals.revoke';
export const REVOKE_FIRST = 'approvals.revoke-first';
export const UNLOCK_SEVERAL = 'approvals.unlock-several';

/** A list of many requests must fit into a message or a Home tab. */
const MOST_NAMED = 5;

/**
 * A request as its channel sees it: what is to be done, by whom and why, how it stands, and what can be clicked.
 *
 * @param promotion what the request has begun or extended, as it is now
 */
export function approvalMessage(
  request: ApprovalRequest,
  steps: readonly Step[],
  policy: ApprovalPolicy,
  promotion: RunningPromotion | null = null,
  buttons = requestButtons(request),
): Message {
  const { action } = request;
  const notes = actionNotes(request);
  const fields = fieldsOf(request, promotion);
  const after = isLockOfSeveral(action) ? afterRun(request, steps) : [];
  const title = plainName(headline(request));
  const detail = detailText(asItEnds(request, promotion), policy);
  const inShort = title.endsWith('?') ? say`${title} ${detail}` : say`${title}. ${detail}`;
  return {
    text: notification(inShort),
    ...(buttons.length > 0 && { plainer: message(say`${inShort} ${WITHOUT_BUTTONS}`) }),
    blocks: [
      header(title),
      ...(title.length > HEADER_LENGTH ? [richText(say`${action.target.name}`)] : []),
      richText(say`Requested by ${member(request.requester)}.`, ...reasonLine(request.reason)),
      ...(fields.length === 0 ? [] : [{ type: 'section', fields } satisfies KnownBlock]),
      ...(notes.length === 0 ? [] : [richText(...notes)]),
      ...movedEarlier(request),
      richText(detail),
      ...(after.length === 0 ? [] : [richText(...after)]),
      ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
      context(footnote(request, steps)),
    ],
  };
}

/** The same for one member alone, in direct messages: people of another company can read the request's channel. */
export function directRequest(
  request: ApprovalRequest,
  steps: readonly Step[],
  policy: ApprovalPolicy,
  viewer: MemberId,
  disabled: ReadonlySet<string> = NOTHING,
): Message {
  const buttons = buttonsFor(request, viewer, policy, disabled);
  const { text, blocks } = approvalMessage(request, steps, policy, null, buttons);
  const why = say`People of another company can read ${channel(request.channel)} now, so this request goes on here.`;
  return { text, blocks: [richText(why), ...blocks] };
}
/** Said where Slack does not take the message with its buttons. */
const WITHOUT_BUTTONS = say`Slack didn't accept the request's buttons. Bot admins find them on the Home tab and with ${code('/fastly-user approvals')}.`;

function footnote({ id, filedAt, state }: ApprovalRequest, steps: readonly Step[]): Sentence {
  const filed = say`Request ${code(id)}, filed ${date(new Date(filedAt))}`;
  const ended = steps.findLast(isOutcome);
  return ended?.event.kind === state.kind ? say`${filed}, ${state.kind} ${date(new Date(ended.at))}` : filed;
}

/**
 * Everything that will be done, and to whom. The name is in the headline. Changed fields replace the unchanged ones, so
 * deletions and most updates both show six fields, in three rows.
 */
function fieldsOf(request: ApprovalRequest, promotion: RunningPromotion | null): TextObject[] {
  const { action, state } = request;
  const end = endFields(action, state, promotion);
  if (isAdmission(action)) {
    return [field('Login', say`${code(action.target.login)}`), ...changeFields(null, action.changes), ...end];
  }
  if (action.kind === 'revoke') {
    const { login, id } = action.target;
    return [field('Login', say`${code(login)}`), field('ID', say`${code(id)}`)];
  }
  if (isLockOfSeveral(action)) {
    return isOpen(request) ? [field('To be locked', say`${counted(action.targets.length, 'user')}`)] : [];
  }
  if (!('before' in action)) return [...targetFields(action.target, {}), ...end];
  const { target, before, changes } = action;
  return [...changeFields(before, changes), ...end, ...targetFields(target, changes)];
}

/** The request with the end that its promotion has now; without one where that is over. */
function asItEnds(request: ApprovalRequest, promotion: RunningPromotion | null): ApprovalRequest {
  if (promotion === null || request.state.kind !== 'completed') return request;
  const { endsAt: _first, ...state } = request.state;
  return {
    ...request,
    state: promotion.overAt === null ? { ...state, endsAt: promotion.endsAt } : state,
  };
}

/** When a promotion ends, and which role comes back then. */
function endFields(action: Action, state: State, promotion: RunningPromotion | null): TextObject[] {
  if (promotion !== null && state.kind === 'completed' && state.endsAt !== undefined) {
    return [field(promotion.overAt === null ? 'Lasts' : 'Lasted', lastsNow(promotion, state.endsAt))];
  }
  const end = actionEnd(action, state);
  if (end === null) return [];
  if (action.kind !== 'promote-for') return [field('Lasts', end)];
  return [
    ...(isExtension(action) && state.kind === 'pending'
      ? [field('Lasts now', say`until ${date(new Date(action.until))}`)]
      : []),
    field('Lasts', say`${end}, then ${settingValue('role', action.back)}`),
  ];
}

/** @param changes settings that have fields of their own, with the values before */
function targetFields(target: Target, changes: Settings): TextObject[] {
  const unlessChanged = (setting: Setting, value: string | boolean | null | undefined) =>
    changes[setting] === undefined ? settingField(setting, value) : [];
  return [
    field('Login', say`${code(target.login)}`),
    ...(changes.role === undefined ? [field('Role', roleText(target))] : []),
    field('ID', say`${code(target.id)}`),
    ...momentField('Last active', target.lastActiveAt, say`never`),
    ...unlessChanged('two_factor_auth_enabled', target.twoFactor),
    ...unlessChanged('locked', target.locked),
  ];
}

/** What approvers have to know of the user's roles, services or tokens, if anything. */
export function actionNotes(request: ApprovalRequest, aboutTokens = tokenNotes): Sentence[] {
  const { action } = request;
  if (action.kind === 'promote' && action.by === 'invitation' && action.changes.limit_services) {
    return [NO_SERVICE_NAMED];
  }
  if (isLockOfSeveral(action)) return usersLines(action, request);
  if (!('before' in action)) return aboutTokens(action);
  const caution = action.changes.role === undefined ? null : rolesCaution(action.target);
  return [
    ...(caution ? [say`⚠️ ${caution}`] : []),
    ...unknownStandingText(action.target),
    ...aboutTokens(action),
  ];
}

/** Whoever asks for a shorter time may not have meant that. As long as it waits, the end comes later. */
function movedEarlier({ action, filedAt, state }: ApprovalRequest): KnownBlock[] {
  const isMoved = state.kind === 'pending' && isExtension(action) && filedAt + action.for < action.until;
  return isMoved ? [richText(newEndText(action, filedAt))] : [];
}

const NOTHING: ReadonlySet<string> = new Set();

/** Of which subcommands a button does the work. */
const WORK_OF: Record<string, readonly string[]> = {
  [UNLOCK_SEVERAL]: ['unlock'],
  [REVOKE_LEFT]: ['revoke'],
  [REVOKE_FIRST]: ['delete', 'revoke'],
};

/** Those that do the work of no subcommand that is switched off. */
export function enabledButtons(buttons: readonly Button[], disabled: ReadonlySet<string>): Button[] {
  return buttons.filter(({ action_id }) => !WORK_OF[action_id ?? '']?.some((name) => disabled.has(name)));
}

/**
 * The buttons that still work. Whether a member may use one is checked when they click it.
 *
 * @param disabled the names of the subcommands that this installation does without
 */
export function requestButtons(request: ApprovalRequest, disabled = NOTHING): Button[] {
  return enabledButtons(buttonsInState(request), disabled);
}

function buttonsInState(request: ApprovalRequest): Button[] {
  const { id, state, action } = request;
  if (isLockOfSeveral(action) && state.kind !== 'pending') return severalButtons(request);
  if (state.kind === 'failed' && state.retryable) {
    return mayBeCancelled(request) ? [retryButton(id), cancelButton(id)] : [retryButton(id)];
  }
  if (state.kind === 'failed' && state.tokensInTheWay) {
    return [button({ actionId: REVOKE_FIRST, text: 'Revoke tokens, then delete…', value: id })];
  }
  if (state.kind === 'completed') return revokeLeftButtons(id, state.tokens);
  if (state.kind !== 'pending') return [];
  return [
    button({ actionId: APPROVE, text: 'Approve', value: id, style: 'primary' }),
    button({ actionId: DENY, text: 'Deny', value: id, style: 'danger' }),
    cancelButton(id),
    ...(mayBeLocked(action) ? [button({ actionId: LOCK, text: 'Lock now', value: id })] : []),
  ];
}

/** For tokens that are still listed although their user was deleted. */
export function revokeLeftButtons(id: string, tokens: TokensLeft | undefined): Button[] {
  if (!tokens?.left?.length) return [];
  return [button({ actionId: REVOKE_LEFT, text: 'Revoke…', value: id, style: 'danger' })];
}

/** Of a run over several users that was approved, or needs no approval. */
function severalButtons(request: ApprovalRequest): Button[] {
  const { id, state } = request;
  const retry = state.kind === 'failed' && state.retryable ? [retryButton(id)] : [];
  const run = 'run' in state ? state.run : undefined;
  const locked = run && !isOpen(request) ? stillLocked(run).length : 0;
  const unlock = locked === 1 ? 'Unlock this user' : `Unlock these ${locked}`;
  return [
    ...retry,
    ...(mayBeStopped(request)
      ? [button({ actionId: STOP, text: 'Stop', value: id, style: 'danger', confirm: STOPPING })]
      : []),
    ...(locked > 0 ? [button({ actionId: UNLOCK_SEVERAL, text: unlock, value: id })] : []),
  ];
}

const STOPPING = {
  title: say`Stop?`,
  text: say`Whoever isn't locked yet stays as they are. This request can't go on afterwards.`,
  confirm: 'Stop',
  style: 'danger',
} as const;

function retryButton(id: string): Button {
  return button({ actionId: RETRY, text: 'Retry', value: id, style: 'primary' });
}

function cancelButton(id: string): Button {
  return button({ actionId: CANCEL, text: 'Cancel request', value: id });
}

/** An open request in one member's list, with the buttons that they may use. @param where a link to its message */
export function approvalEntry(
  request: StoredRequest,
  where: Sentence,
  viewer: MemberId,
  policy: ApprovalPolicy,
): KnownBlock[] {
  if (isNewer(request)) return [richText(newerRequestLine(request, where))];
  const { action } = request;
  const buttons = buttonsFor(request, viewer, policy);
  return [
    richText(
      requestLine(request, where),
      ...changesLine(action, request.state),
      ...(isLockOfSeveral(action) ? [usersInShort(action)] : actionNotes(request, tokenNotesInShort)),
      ...reasonLine(request.reason),
      stateText(request, policy, MOST_NAMED),
    ),
    ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
  ];
}

/** The buttons that this member may use. */
function buttonsFor(
  request: ApprovalRequest,
  viewer: MemberId,
  policy: ApprovalPolicy,
  disabled = NOTHING,
): Button[] {
  // The requester can cancel, the others decide.
  const unusable = new Set<string | undefined>([viewer === request.requester ? DENY : CANCEL]);
  if (!mayApprove(request, policy).includes(viewer)) unusable.add(APPROVE);
  if (isAbout(request, viewer)) for (const decision of [DENY, RETRY]) unusable.add(decision);
  return requestButtons(request, disabled).filter(({ action_id }) => !unusable.has(action_id));
}

/** A completed request as told in the channel for confirmations. */
export function approvalConfirmation(request: ApprovalRequest): Message {
  const { action, requester, state, reason } = request;
  const outcome = state.kind === 'completed' ? state : ({ kind: 'completed', found: false } as const);
  const told = outcomeText(outcome, { verb: verbOf(action), target: action.target, by: requester });
  return message(
    say`${told} Requested by ${member(requester)}.${approvedBy(request)}`,
    ...changesLine(action, state),
    ...(action.kind === 'revoke' ? [everyTokenText(action.shown, 'revoked')] : []),
    ...(isLockOfSeveral(action) && 'run' in outcome && outcome.run
      ? lockedUsersText(action, outcome.run)
      : []),
    ...reasonLine(reason),
  );
}
