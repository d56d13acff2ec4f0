import type { ActionVerb } from '../approvals/action.ts';
import type { OutcomeStep } from '../approvals/event.ts';
import type { Obstacle, Restored } from '../approvals/request.ts';
import type { Run } from '../approvals/run.ts';
import type { ListedToken, TokensLeft } from '../changes/token.ts';
import {
  bold,
  channel,
  code,
  counted,
  date,
  enumerate,
  joined,
  member,
  namesInShort,
  type Sentence,
  say,
} from './kit/sentence.ts';
import { settingValue } from './settings-text.ts';
import { leftText } from './several-text.ts';
import { tokenNames, unreadableTokens } from './tokens/text.ts';
import { userText } from './user-text.ts';
import { infinitive, markOf, objectOf, participle, subjectOf, was } from './verb-text.ts';

/** A text and the emoji that stands in front of it where there is none yet. */
export type Marked = { mark: Sentence; text: Sentence };

export function withMark({ mark, text }: Marked): Sentence {
  return say`${mark} ${text}`;
}

/** The end of a request, or of an attempt to carry it out. */
export type RequestOutcome = OutcomeStep['event'];

/** What an outcome is told about. `by`: who denied or cancelled. `channel`, `approvals`: absent where they are not known. */
export type Subject = {
  verb: ActionVerb;
  target: { name: string; login: string };
  by: string | null;
  channel?: string;
  approvals?: { given: number; required: number };
  /** Those that a request to revoke was about. */
  tokens?: readonly ListedToken[];
  /** Whether the user of a request to delete is locked, which the end of the request doesn't change. */
  isLocked?: boolean;
};

/** An outcome in sentences that stand alone: in threads, direct messages and the audit log. */
export function outcomeText(outcome: RequestOutcome, subject: Subject): Sentence {
  return withMark(markedOutcome(outcome, subject));
}

export function markedOutcome(outcome: RequestOutcome, subject: Subject): Marked {
  const result = resultText(outcome, subject.verb, userText(subject.target));
  const because = becauseText(outcome, subject);
  return {
    mark: outcomeMark(outcome, subject.verb),
    text: because === null ? say`${result}.` : say`${result}. ${because}`,
  };
}

/** What became of the user: 'X was deleted'. */
export function resultText(outcome: RequestOutcome, verb: ActionVerb, user: Sentence): Sentence {
  const what = subjectOf(verb, user);
  const run = runOf(outcome);
  if (run && verb === 'lock-several' && (run.locked.length > 0 || outcome.kind === 'completed')) {
    const isAll = outcome.kind === 'completed' && run.left.length === 0 && !run.stoppedBy;
    return isAll ? say`${what} were locked` : say`${run.locked.length} of ${what} were locked`;
  }
  if (run && outcome.kind === 'completed' && run.locked.length === 0) return say`${what} wasn't locked`;
  if (outcome.kind === 'completed') return say`${what} ${was(verb)} ${participle(verb)}`;
  if (outcome.kind === 'cancelled' && outcome.restored !== undefined) {
    return say`The request to ${infinitive(verb, user)} was cancelled`;
  }
  if (outcome.kind === 'failed' && outcome.halfDone) {
    return say`${what} ${was(verb)} ${participle(verb)}, but not all that was to follow is done`;
  }
  if (outcome.kind === 'failed' && outcome.unclear) {
    return say`It's unclear whether ${objectOf(verb, user)} ${was(verb)} ${participle(verb)}`;
  }
  if ((outcome.kind === 'failed' || outcome.kind === 'refused') && outcome.revoked) {
    const revoked = say`${counted(outcome.revoked, 'token')} revoked`;
    if (verb !== 'delete') return say`${revoked}, not all ${objectOf(verb, user)}`;
    const isGone = outcome.kind === 'refused' && outcome.obstacle.kind === 'gone';
    return isGone ? say`${revoked}, ${user} wasn't deleted` : say`${revoked}, ${user} still exists`;
  }
  return say`${what} ${was(verb)}n't ${participle(verb)}`;
}

function runOf(outcome: RequestOutcome): Run | undefined {
  return 'run' in outcome ? outcome.run : undefined;
}

/** What led to the result, and what to do next. */
export function becauseText(outcome: RequestOutcome, subject: Subject): Sentence | null {
  const run = runOf(outcome);
  const why = reasonOf(outcome, subject);
  const left = run ? leftText(run, (id) => say`${member(id)}`) : [];
  return why === null && left.length === 0 ? null : joined([...(why === null ? [] : [why]), ...left]);
}

function reasonOf(
  outcome: RequestOutcome,
  { target, by, channel: place, approvals, tokens = [], isLocked = false }: Subject,
): Sentence | null {
  const who = by === null ? say`A bot admin` : say`${member(by)}`;
  // Nothing can follow what somebody wrote.
  const lock = isLocked ? say`The user is still locked. ` : say``;
  switch (outcome.kind) {
    case 'completed': {
      const found = outcome.found ? [say`Fastly's first reply was lost. A check confirmed the change.`] : [];
      const end = outcome.endsAt === undefined ? [] : [say`Until ${date(new Date(outcome.endsAt))}.`];
      const closed = outcome.closes === undefined ? [] : [noLongerHolds(outcome.closes)];
      const named =
        tokens.length > 0 ? [say`${counted(tokens.length, 'token')}: ${tokenNames(tokens)}.`] : [];
      const left = outcome.tokens ? [tokensLeftText(outcome.tokens)] : [];
      const told = [...end, ...closed, ...named, ...found, ...left];
      return told.length === 0 ? null : joined(told);
    }
    case 'failed':
      return outcome.unclear && outcome.revoked
        ? say`${counted(outcome.revoked, 'token')} revoked. ${outcome.why}`
        : say`${outcome.why}`;
    case 'refused':
      return outcome.obstacle.kind === 'promotion-over'
        ? // Only a Fastly superuser's end is moved by a request.
          say`${obstacleText(outcome.obstacle)} ${givenAgainText(target.login, 'superuser')}`
        : obstacleText(outcome.obstacle);
    case 'denied':
      return outcome.reason === null
        ? say`${lock}${who} denied the request.`
        : say`${lock}${who} denied the request: ${outcome.reason}`;
    case 'cancelled':
      if (outcome.restored !== undefined) return RESTORED[outcome.restored];
      if (outcome.why === null)
        return say`${lock}${who} cancelled the request${commentText(outcome.comment)}`;
      return place === undefined
        ? say`The request couldn't be posted. ${outcome.why}`
        : say`The request couldn't be posted in ${channel(place)}. ${outcome.why}`;
    case 'expired':
      return approvals
        ? say`${lock}The request expired with ${approvals.given} of ${approvals.required} approvals.`
        : say`${lock}The request expired.`;
  }
}

/** How a role that has ended is asked for again. */
export function givenAgainText(login: string, role: string): Sentence {
  return say`To give it again, run ${code(`/fastly-user update ${login} --role ${role} --for 2h`)}.`;
}

/** After a change of the role. @param endsAt when the role before was to end, in Unix milliseconds */
export function noLongerHolds(endsAt: number): Sentence {
  return say`The earlier end ${date(new Date(endsAt))} no longer holds.`;
}

/** What became of the tokens of a user who was deleted. */
function tokensLeftText({ unreadable = 0, ...known }: TokensLeft): Sentence {
  if (unreadable === 0) return knownLeftText(known);
  const isNothing = known.ended === 0 && known.left?.length === 0;
  const unread = unreadableTokens(unreadable);
  return isNothing ? unread : say`${knownLeftText(known)} ${unread}`;
}

function knownLeftText({ ended, left }: Omit<TokensLeft, 'unreadable'>): Sentence {
  if (left === null) {
    return say`⚠️ The bot couldn't check what became of the user's tokens. Check with ${code('/fastly-user tokens')}.`;
  }
  if (left.length === 0) return say`The user's ${ended === 1 ? 'token' : `${ended} tokens`} ended.`;
  const those = left.length === 1 ? 'is still listed and may go on' : 'are still listed and may go on';
  return say`⚠️ ${counted(left.length, 'token')} of the user ${those} working: ${tokenNames(left)}.`;
}

/** By whether a call might have been sent when the backup was made. */
const RESTORED: Record<NonNullable<Restored>, Sentence> = {
  waiting: say`The bot's database was restored from a backup. The request may have been carried out after the backup. Check in Fastly before you ask again.`,
  'done?': say`The bot's database was restored from a backup that was made during the change. The change may have been made. Check in Fastly before you ask again.`,
};

/** What somebody wrote beside a step, behind a sentence without its full stop. */
export function commentText(comment: string | undefined): Sentence {
  return comment === undefined ? say`.` : say`: ${comment}`;
}

const MARKS: Record<Exclude<RequestOutcome['kind'], 'completed'>, Sentence> = {
  failed: say`⚠️`,
  refused: say`⛔`,
  denied: say`🚫`,
  cancelled: say`↩️`,
  expired: say`⌛`,
};

export function outcomeMark({ kind }: RequestOutcome, verb: ActionVerb): Sentence {
  return kind === 'completed' ? markOf(verb) : MARKS[kind];
}

type ChangedField = Extract<Obstacle, { kind: 'changed' }>['differences'][number]['field'];

const FIELD_TEXT: Record<ChangedField, Sentence> = {
  login: say`the login`,
  name: say`the name`,
  role: say`the role`,
  roles: say`the list of roles`,
  lock: say`the lock`,
  'limited services': say`${bold('Limited services')}`,
  'password change required': say`${bold('Password change required')}`,
};

function valueText(field: ChangedField, value: string): Sentence {
  return field === 'role' ? settingValue('role', value) : say`${code(value)}`;
}

/** Why an approved action is not carried out, and what to do next. */
export function obstacleText(obstacle: Obstacle): Sentence {
  switch (obstacle.kind) {
    case 'gone':
      return say`The user no longer exists in Fastly.`;
    case 'changed': {
      const changes = obstacle.differences.map(
        ({ field, approved, found }) =>
          say`${FIELD_TEXT[field]} was ${valueText(field, approved)} and is now ${valueText(field, found)}`,
      );
      return say`The user has changed since the request: ${enumerate(changes)}. Check with ${code('/fastly-user get')}, then make a new request.`;
    }
    case 'exists':
      return obstacle.as === 'user'
        ? say`A user with this login already exists. Check with ${code('/fastly-user get')}.`
        : say`An invitation to this address is already open. Check with ${code('/fastly-user invitations')}.`;
    case 'only-invited':
      return say`This Fastly account can't create users directly. Invite the user as a Fastly superuser instead.`;
    case 'protected':
      return protectionText(obstacle.protection);
    case 'rights':
      return obstacle.whose === 'requester'
        ? say`The requester is no longer allowed to use the bot.`
        : say`Too few of the approvals still count. Make a new request so that others can approve it.`;
    case 'promotion-over':
      return obstacle.at === null
        ? say`The role is ending now. Ask again.`
        : say`Ended ${date(new Date(obstacle.at))}. Ask again.`;
    case 'no-tokens':
      return say`The tokens were gone already. Run ${code('/fastly-user tokens')} to see those that there are.`;
    case 'other-tokens':
      return say`The user has other tokens now: ${namesInShort(obstacle.names.map((name) => say`${code(name)}`))}. Make a new request.`;
    case 'rules':
      return say`The rules have changed since: more approvals are needed now. Ask again.`;
  }
}

type Protection = Extract<Obstacle, { kind: 'protected' }>['protection'];

const PROTECTIONS: Record<Protection, Sentence> = {
  token: say`The bot signs in to Fastly as this user.`,
  owner: say`This user owns the Fastly account. Transfer the ownership in Fastly first.`,
  'last-superuser': say`This is the last unlocked Fastly superuser besides the bot's own. Make another user a Fastly superuser first.`,
};

/** Why a user is never deleted, demoted or locked, and what to do next. */
export function protectionText(protection: Protection): Sentence {
  return PROTECTIONS[protection];
}
