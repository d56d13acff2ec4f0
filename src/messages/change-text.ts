import type { Change, ChangeKind, Settlement } from '../changes/change.ts';
import { code, date, member, type Sentence, say } from './kit/sentence.ts';
import { userText } from './user-text.ts';

type ChangeText = {
  infinitive: string;
  past: string;
  gerund: string;
  /** What the verb is followed by; the user alone where it is not given. */
  object?(user: Sentence): Sentence;
  mark: Sentence;
  /** How to find out whether the change was made, in a sentence. */
  check: Sentence;
};

const CHECK_USER = say`Check with ${code('/fastly-user get')} before you try again.`;
const CHECK_INVITED = say`Check with ${code('/fastly-user invitations')} before you try again.`;

const CHANGES: Record<ChangeKind, ChangeText> = {
  create: { infinitive: 'create', past: 'created', gerund: 'creating', mark: say`🆕`, check: CHECK_USER },
  invite: { infinitive: 'invite', past: 'invited', gerund: 'inviting', mark: say`✉️`, check: CHECK_INVITED },
  withdraw: {
    infinitive: 'withdraw',
    past: 'withdrew',
    gerund: 'withdrawing',
    object: (user) => say`the invitation of ${user}`,
    mark: say`↩️`,
    check: CHECK_INVITED,
  },
  update: { infinitive: 'update', past: 'updated', gerund: 'updating', mark: say`✏️`, check: CHECK_USER },
  reset: {
    infinitive: 'send',
    past: 'sent',
    gerund: 'sending',
    object: (user) => say`a password reset to ${user}`,
    mark: say`✉️`,
    check: say`Ask the user whether the email arrived before you try again.`,
  },
  lock: { infinitive: 'lock', past: 'locked', gerund: 'locking', mark: say`🔒`, check: CHECK_USER },
  'end-sessions': {
    infinitive: 'end',
    past: 'ended',
    gerund: 'ending',
    object: (user) => say`the browser sessions of ${user}`,
    mark: say`🚪`,
    check: say`Try again: what has ended already is left alone.`,
  },
  password: {
    infinitive: 'change',
    past: 'changed',
    gerund: 'changing',
    object: (user) => say`the password of ${user}`,
    mark: say`🔑`,
    check: say`Check which of the two passwords works before you go on.`,
  },
};

/** '✏️ @nora updated X, 17:30', to be followed by more or a full stop. @param at Unix milliseconds */
export function madeText(kind: ChangeKind, by: string, user: Sentence, at = Date.now()): Sentence {
  return say`${changeMark(kind)} ${member(by)} ${changePast(kind, user)}, ${date(new Date(at))}`;
}

/** 'updated X', 'sent a password reset to X'. */
export function changePast(kind: ChangeKind, user: Sentence): Sentence {
  return say`${CHANGES[kind].past} ${objectOf(kind, user)}`;
}

/** 'update X', 'send a password reset to X'. */
export function changeInfinitive(kind: ChangeKind, user: Sentence): Sentence {
  return say`${CHANGES[kind].infinitive} ${objectOf(kind, user)}`;
}

function objectOf(kind: ChangeKind, user: Sentence): Sentence {
  return CHANGES[kind].object?.(user) ?? user;
}

export function changeMark(kind: ChangeKind): Sentence {
  return CHANGES[kind].mark;
}

/** What to do next where it is unclear whether a change was made. */
export function checkText(kind: ChangeKind): Sentence {
  return CHANGES[kind].check;
}

/** Changes that can be looked for in Fastly. An unclear one may still take effect. */
const SHOWS_IN_FASTLY: readonly ChangeKind[] = ['create', 'invite', 'withdraw', 'update'];

/** What the caller is told when the bot was interrupted between the beginning and the end of a change. */
export function interruptedText({ kind, target, reference }: Change, settlement: Settlement): Sentence {
  const interrupted = say`The bot was interrupted while ${CHANGES[kind].gerund} ${objectOf(kind, userText(target))}.`;
  const ref = say`Reference ${code(reference)}.`;
  switch (settlement.kind) {
    case 'done':
      return say`✅ ${interrupted} It worked. ${ref}`;
    case 'failed':
      return say`⚠️ ${interrupted} ${failedText(kind)} ${ref}`;
    case 'unknown': {
      const seen = SHOWS_IN_FASTLY.includes(kind) ? say` A check doesn't show the full change.` : say``;
      return say`⚠️ ${interrupted} It's unclear whether it worked.${seen} ${checkText(kind)} ${ref}`;
    }
  }
}

function failedText(kind: ChangeKind): Sentence {
  return kind === 'withdraw'
    ? say`The invitation wasn't withdrawn: it had been accepted. Check the user with ${code('/fastly-user get')}.`
    : say`It didn't work. Try again.`;
}
