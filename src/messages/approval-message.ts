import type { Button, KnownBlock, TextObject } from '@slack/types';
import type { Step } from '../approvals/event.ts';
import { type Action, type ApprovalRequest, deedOf, isAdmission, mayBeLocked } from '../approvals/request.ts';
import { mayApprove, mayBeCancelled, type Policy, standingApprovers } from '../approvals/rules.ts';
import type { Setting, Settings } from '../changes/settings.ts';
import type { Target } from '../changes/target.ts';
import {
  approvedBy,
  changesLine,
  mentions,
  obstacleWords,
  postponedWords,
  reasonLine,
  targetWords,
} from './approval-words.ts';
import { consequence, done, kindOfUser, markOf, subcommandFor, toDo } from './deed-words.ts';
import {
  button,
  field,
  HEADER_LENGTH,
  header,
  lastActive,
  onOrOff,
  optionalField,
  yesOrNo,
} from './kit/blocks.ts';
import { context, type Message, message, notification } from './kit/message.ts';
import { cut, plain } from './kit/plain.ts';
import { code, date, member, plainText, richText, type Sentence, say } from './kit/sentence.ts';
import { changeFields, settingValue } from './setting-words.ts';

/** A dialog has 300 characters: a name made to be long must not push the login or the warning out of it. */
const CONFIRMED_NAME_LENGTH = 50;
const CONFIRMED_LOGIN_LENGTH = 80;

/** The action ids of a request's buttons, each with the request's id as its value. */
export const APPROVE = 'approvals.approve';
export const DENY = 'approvals.deny';
export const CANCEL = 'approvals.cancel';
export const RETRY = 'approvals.retry';
export const LOCK = 'approvals.lock';

/**
 * A request as everyone in its channel sees it, at every stage: who asks for what and why, all that will be done, how
 * it stands, and the buttons that still mean something. A final one has none.
 */
export function approvalMessage(request: ApprovalRequest, steps: readonly Step[], policy: Policy): Message {
  const { action, requester } = request;
  const deed = deedOf(action);
  const headline = plain(headlineOf(request));
  const asked = say`${member(requester)} asked to ${toDo(deed, say`${kindOfUser(deed)}`)}.`;
  const buttons = requestButtons(request);
  const standing = standingOf(request, steps, policy);
  return {
    text: notification(
      headline.endsWith('?') ? say`${headline} ${standing}` : say`${headline} – ${standing}`,
    ),
    blocks: [
      header(headline),
      ...(headline.length > HEADER_LENGTH ? [richText(say`${action.target.name}`)] : []),
      richText(asked, ...reasonLine(request.reason)),
      { type: 'section', fields: fieldsOf(action) },
      richText(standing),
      ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
      context(say`Request ${code(request.id)}, filed ${date(new Date(request.filedAt))}`),
    ],
  };
}

function headlineOf({ action, state }: ApprovalRequest): string {
  const { name } = action.target;
  const deed = deedOf(action);
  switch (state.kind) {
    case 'pending':
    case 'approved':
    case 'executing':
      return capitalized(plainText(say`${toDo(deed, say`${name}`)}?`));
    case 'completed':
      return `${name} was ${done(deed)}`;
    case 'failed':
      return state.unclear ? `Was ${name} ${done(deed)}?` : `${name} could not be ${done(deed)}`;
    case 'refused':
    case 'denied':
    case 'cancelled':
    case 'expired':
      return `${name} was not ${done(deed)}`;
  }
}

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/**
 * Everything that will be done, and to whom; the name is the headline. With what changes in the place of what stays, a
 * deletion and the usual change have six fields, in rows of two.
 */
function fieldsOf(action: Action): TextObject[] {
  if (isAdmission(action)) {
    return [field('Login', say`${code(action.target.login)}`), ...changeFields(null, action.changes)];
  }
  if (!('before' in action)) return targetFields(action.target, {});
  const { target, before, changes } = action;
  return [...changeFields(before, changes), ...targetFields(target, changes)];
}

/** @param changes have a field of their own, with what was there before */
function targetFields(target: Target, changes: Settings): TextObject[] {
  const unlessChanged = (setting: Setting, fields: TextObject[]) =>
    changes[setting] === undefined ? fields : [];
  return [
    field('Login', say`${code(target.login)}`),
    ...unlessChanged(
      'role',
      optionalField('Role', target.role, (role) => settingValue('role', role)),
    ),
    field('ID', say`${code(target.id)}`),
    ...lastActive(target.lastActiveAt),
    ...unlessChanged('two_factor_auth_enabled', optionalField('Two-factor', target.twoFactor, onOrOff)),
    ...unlessChanged('locked', [field('Locked', yesOrNo(target.locked))]),
  ];
}

/** How the request stands: what it waits for, or who decided and when. */
function standingOf(request: ApprovalRequest, steps: readonly Step[], policy: Policy): Sentence {
  const { action, state, approvalsRequired, expiresAt } = request;
  const deed = deedOf(action);
  const until = date(new Date(expiresAt));
  const last = steps.findLast(({ event }) => event.kind !== 'closed' && event.kind !== 'locked');
  const when = date(new Date(last?.at ?? request.filedAt));
  const approved = approvedBy(request);
  switch (state.kind) {
    case 'pending': {
      const given = say`${standingApprovers(request, policy).length} of ${approvalsRequired}`;
      const needed =
        approvalsRequired === 1
          ? say`Waiting for an approval (${given})`
          : say`Waiting for approvals (${given})`;
      const asked = mayApprove(request, policy);
      const who =
        asked.length === 0
          ? say`Nobody is left who could approve.`
          : say`${mentions(asked, 'or')} can approve.`;
      return say`⏳ ${needed} until ${until}. ${who}${approved}`;
    }
    case 'approved':
      return last?.event.kind === 'postponed'
        ? say`${postponedWords(last.event)}${approved}`
        : say`⚙️ About to be carried out.${approved}`;
    case 'executing':
      return say`⚙️ Being carried out…${approved}`;
    case 'completed':
      return say`✅ ${capitalized(done(deed))} ${when}.${approved}`;
    case 'failed': {
      const next = state.retryable
        ? say` Any superuser can retry until ${until}.`
        : say` The time for a retry is over; ${code(`/fastly-user ${subcommandFor(deed)}`)} asks again.`;
      return say`⚠️ It went wrong ${when}: ${state.why}${next}${approved}`;
    }
    case 'refused':
      return say`⛔ Not carried out, ${when}: ${obstacleWords(state.obstacle)}${approved}`;
    case 'denied':
      return state.reason === null
        ? say`🚫 Denied by ${member(state.by)}, ${when}.`
        : say`🚫 Denied by ${member(state.by)}, ${when}: ${state.reason}`;
    case 'cancelled':
      return state.why === null
        ? say`↩️ Taken back by ${member(request.requester)}, ${when}.`
        : say`↩️ Cancelled ${when}. ${state.why}`;
    case 'expired':
      return say`⌛ Expired ${when}, without enough approvals.${approved}`;
  }
}

/** The buttons that still mean something; who may use which is checked when one is clicked. */
export function requestButtons(request: ApprovalRequest): Button[] {
  const { id, state, action } = request;
  const deed = deedOf(action);
  const name = cut(plain(action.target.name), CONFIRMED_NAME_LENGTH);
  const login = cut(plain(action.target.login), CONFIRMED_LOGIN_LENGTH);
  const who = name === login ? login : `${login} (${name})`;
  const cancel = button({
    actionId: CANCEL,
    text: 'Take back',
    value: id,
    confirm: {
      title: say`Take the request back?`,
      text: say`Only who asked for it can. ${who} is not ${done(deed)} then.`,
      confirm: 'Take it back',
    },
  });
  if (state.kind === 'failed' && state.retryable) {
    const retry = button({ actionId: RETRY, text: 'Retry', value: id, style: 'primary' });
    return mayBeCancelled(request) ? [retry, cancel] : [retry];
  }
  if (state.kind !== 'pending') return [];
  return [
    button({
      actionId: APPROVE,
      text: 'Approve',
      value: id,
      style: 'primary',
      confirm: {
        title: say`${capitalized(plainText(toDo(deed, say`${name}`)))}?`,
        text: consequence(deed, who),
        confirm: 'Approve',
        style: 'danger',
      },
    }),
    button({ actionId: DENY, text: 'Deny', value: id, style: 'danger' }),
    cancel,
    ...(mayBeLocked(action) ? [lockButton(id, name, login)] : []),
  ];
}

function lockButton(id: string, name: string, login: string): Button {
  return button({
    actionId: LOCK,
    text: 'Lock now',
    value: id,
    confirm: {
      title: say`Lock ${name} now?`,
      text: say`Fastly locks the account of ${login} (${name}) at once, without waiting for approvals. The request to delete it stays.`,
      confirm: 'Lock',
      style: 'danger',
    },
  });
}

/** The change as it is told where changes are confirmed. */
export function approvalConfirmation(request: ApprovalRequest, at: Date): Message {
  const { action, requester } = request;
  const deed = deedOf(action);
  return message(
    say`${markOf(deed)} ${targetWords(request)} was ${done(deed)} ${date(at)}. ${member(requester)} asked for it.${approvedBy(request)}`,
    ...changesLine(action),
    ...reasonLine(request.reason),
  );
}
