import type { Lock } from '../changes/change.ts';
import type { LockStep, StepRecord } from '../changes/lock-step.ts';
import type { ListedToken } from '../changes/token.ts';
import { reasonLine } from './approval-text.ts';
import { changeMark, checkText, madeText } from './change-text.ts';
import { type Message, message } from './kit/message.ts';
import { bold, code, counted, date, member, type Sentence, say } from './kit/sentence.ts';
import { STAYS, TOKENS_STAY } from './lock-limits.ts';
import { tokenNames } from './tokens/text.ts';
import { userText } from './user-text.ts';

/** What a password reset means, in the form where it can be ticked. */
export function resetCaution(login: string): Sentence {
  return say`${bold(STEP_LABELS.reset)}: Sends a link to ${code(login)}. Anyone who can read that mailbox can set a new password.`;
}

/** What a step does, as its option in the form, and as the button that asks for it again. */
export const STEP_LABELS: Record<LockStep, string> = {
  'end-sessions': 'End browser sessions',
  revoke: 'Revoke API tokens',
  reset: 'Email a password reset',
};

type Further = {
  /** Whether the steps that have not begun are still to come. */
  goesOn?: boolean;
  /** Why steps failed, where that is known. */
  why?: ReadonlyMap<LockStep, Sentence>;
  /** What became of the lock since. */
  since?: readonly Sentence[];
};

/** The confirmation of a lock: what was done, step by step, and what stays. */
export function lockMessage(
  told: Lock,
  { goesOn = false, why = new Map(), since = [] }: Further = {},
): Message {
  const { change, madeAt, steps } = told;
  const { caller, target, reason = null } = change;
  const who = userText(target);
  const first =
    change.before?.locked === true
      ? say`${changeMark('lock')} ${who} was already locked. ${member(caller)} asked for more, ${date(new Date(madeAt))}.`
      : say`${madeText('lock', caller, who, madeAt)}.`;
  return message(
    first,
    ...stepLines(told, goesOn, why),
    steps.some(hasEndedSessions) ? TOKENS_STAY : STAYS,
    ...reasonLine(reason),
    ...since,
  );
}

/** What the caller is told of a lock that a crash interrupted after it was made. */
export function interruptedLockMessage(told: Lock): Message {
  const { target, reference } = told.change;
  return message(
    say`✅ The bot was interrupted while locking ${userText(target)}. The lock worked. Reference ${code(reference)}.`,
    ...stepLines(told, false, new Map()),
    told.steps.some(hasEndedSessions) ? TOKENS_STAY : STAYS,
  );
}

function hasEndedSessions({ step, state }: StepRecord): boolean {
  return step === 'end-sessions' && state === 'done';
}

function stepLines(
  { change, steps }: Lock,
  goesOn: boolean,
  why: ReadonlyMap<LockStep, Sentence>,
): Sentence[] {
  return steps.map((each) => {
    const line = stepLine(each, change.target.login, goesOn);
    const next = each.state === 'unknown' && each.step !== 'revoke' ? checkText(each.step) : undefined;
    const reason = why.get(each.step) ?? next;
    return reason === undefined ? line : say`${line} ${reason}`;
  });
}

function stepLine({ step, state, tokens, request }: StepRecord, login: string, goesOn: boolean): Sentence {
  const words = WORDS[step];
  switch (state) {
    case 'waiting':
      return goesOn ? words.underWay : words.undone;
    case 'open':
      return words.underWay;
    case 'done':
      return words.done({ tokens, login, request });
    case 'failed':
      return words.undone;
    case 'unknown':
      return words.unclear;
  }
}

type Words = {
  underWay: Sentence;
  done(end: { tokens: number; login: string; request: string | undefined }): Sentence;
  undone: Sentence;
  unclear: Sentence;
};

const WORDS: Record<LockStep, Words> = {
  'end-sessions': {
    underWay: say`⏳ Ending browser sessions…`,
    done: ({ tokens }) =>
      tokens === 0
        ? say`✅ There was no browser session to end.`
        : say`✅ ${counted(tokens, 'browser session')} ended.`,
    undone: say`⚠️ Not all browser sessions were ended.`,
    unclear: say`⚠️ It's unclear whether all browser sessions were ended.`,
  },
  revoke: {
    underWay: say`⏳ Requesting that API tokens are revoked…`,
    done: ({ tokens, request }) =>
      request === undefined
        ? say`✅ There was no API token to revoke.`
        : say`🔑 Request ${code(request)} asks to revoke ${counted(tokens, 'API token')}. What isn't revoked may go on working.`,
    undone: say`⚠️ Revoking API tokens wasn't requested.`,
    unclear: say`⚠️ It's unclear whether a request to revoke API tokens was filed.`,
  },
  reset: {
    underWay: say`⏳ Emailing a password reset…`,
    done: ({ login }) => say`✉️ Fastly emails a password reset to ${code(login)}.`,
    undone: say`⚠️ The password reset wasn't sent.`,
    unclear: say`⚠️ It's unclear whether the password reset was sent.`,
  },
};

/** That the list was read once more after the steps. @param made null where it could not be read */
export function madeSince(made: readonly ListedToken[] | null): Sentence[] {
  if (made === null) return [say`⚠️ The bot couldn't check whether API tokens were made since.`];
  if (made.length === 0) return [];
  return [
    say`⚠️ ${counted(made.length, 'API token')} made since: ${tokenNames(made)}. Run ${code('/fastly-user revoke')} to revoke more.`,
  ];
}
