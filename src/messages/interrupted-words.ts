import type { Change, ChangeKind, Settlement } from '../changes/change.ts';
import { TRY_BOTH_PASSWORDS } from './failure-text.ts';
import { code, type Sentence, say } from './kit/sentence.ts';
import { userWords } from './user-words.ts';

type Words = {
  /** What was under way, behind 'I was interrupted while'. */
  doing(whom: Sentence): Sentence;
  /** What a look showed. */
  done: Sentence;
  notDone: Sentence;
  /** What is not known, behind 'so I do not know whether', and what to do next. */
  unknown: Sentence;
  next: Sentence;
};

const LOOK = say`Look at them with ${code('/fastly-user get')} before you try again.`;
const LOOK_AT_INVITATIONS = say`Look with ${code('/fastly-user invitations')} before you try again.`;

const WORDS: Record<ChangeKind, Words> = {
  create: {
    doing: (whom) => say`creating ${whom} for you`,
    done: say`they are there, as you wanted.`,
    notDone: say`they are not there.`,
    unknown: say`they were created. I looked, and nobody like that has come since; it may still come`,
    next: LOOK,
  },
  invite: {
    doing: (whom) => say`inviting ${whom} for you`,
    done: say`the invitation is open.`,
    notDone: say`there is no invitation.`,
    unknown: say`they were invited. I looked, and there is no such invitation; it may still come`,
    next: LOOK_AT_INVITATIONS,
  },
  withdraw: {
    doing: (whom) => say`withdrawing the invitation of ${whom} for you`,
    done: say`it is gone.`,
    notDone: say`it was accepted rather than withdrawn: there is a user with that login. Look at them with ${code('/fastly-user get')}.`,
    unknown: say`it was withdrawn. I looked, and it is still open`,
    next: LOOK_AT_INVITATIONS,
  },
  update: {
    doing: (whom) => say`updating ${whom} for you`,
    done: say`they are as you wanted.`,
    notDone: say`they are not as you wanted.`,
    unknown: say`they were updated. I looked, and they are not as you wanted; it may still come`,
    next: LOOK,
  },
  reset: {
    doing: (whom) => say`having Fastly e-mail ${whom} a password reset`,
    done: say`it was sent.`,
    notDone: say`it was not sent.`,
    unknown: say`it was sent`,
    next: say`Ask them to look before you try again.`,
  },
  lock: {
    doing: (whom) => say`locking ${whom} for you`,
    done: say`they are locked.`,
    notDone: say`they are not locked. Lock them again if it still should be.`,
    unknown: say`they are locked`,
    next: LOOK,
  },
  password: {
    doing: (whom) => say`changing the password of ${whom} for you`,
    done: say`it is changed.`,
    notDone: say`it is not changed.`,
    unknown: say`it was changed`,
    next: TRY_BOTH_PASSWORDS,
  },
};

/** What the caller of a change is told when a crash came between its beginning and its end. */
export function interruptedWords({ kind, target, reference }: Change, settlement: Settlement): Sentence {
  const { doing, done, notDone, unknown, next } = WORDS[kind];
  const interrupted = say`I was interrupted while ${doing(userWords(target))}`;
  const ref = say`Reference ${code(reference)}.`;
  switch (settlement.kind) {
    case 'done':
      return say`✅ ${interrupted}. I looked: ${done} ${ref}`;
    case 'failed':
      return say`⚠️ ${interrupted}. I looked: ${notDone} ${ref}`;
    case 'unknown':
      return say`⚠️ ${interrupted}, so I do not know whether ${unknown}. ${next} ${ref}`;
  }
}
