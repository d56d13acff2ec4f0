import type { LockOfSeveral } from '../approvals/request.ts';
import type { Run } from '../approvals/run.ts';
import type { Target } from '../changes/target.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import { bold, code, day, type Sentence, say } from './kit/sentence.ts';
import { counted, namesInShort } from './token-text.ts';

/** With these, a message that names all of them stays short enough for Slack. */
const MOST_WITH_NAMES = 25;
const NAME_LENGTH = 48;
const LOGIN_LENGTH = 64;
const MOST_IN_LIST = 3;

/** Each user who is to be locked, as they were when it was asked for. */
export function usersLines({ targets, days }: LockOfSeveral): Sentence[] {
  const isShort = targets.length <= MOST_WITH_NAMES;
  return [
    say`Not active for more than ${counted(days, 'day')}:`,
    ...targets.map(
      (target) => say`• ${isShort ? nameAndLogin(target) : loginText(target)}, ${activeText(target)}`,
    ),
  ];
}

/** The same in a list of requests, which has to fit into one message. */
export function usersInShort({ targets, days }: LockOfSeveral): Sentence {
  const who = namesInShort(targets.map(loginText), MOST_IN_LIST);
  return say`Not active for more than ${counted(days, 'day')}: ${who}.`;
}

/** Whom a run has locked, by login. */
export function lockedUsersText({ targets }: LockOfSeveral, { locked }: Run): Sentence[] {
  const logins = targets.filter(({ id }) => locked.includes(id)).map(loginText);
  return logins.length === 0 ? [] : [say`Locked: ${namesInShort(logins, logins.length)}.`];
}

/** '12 of 40 locked, 1 refused'. */
export function reachedText({ locked, left }: Run, all: number): Sentence {
  const refused = left.length === 0 ? say`` : say`, ${left.length} refused`;
  return say`${locked.length} of ${all} locked${refused}`;
}

/** Who was left as they were, with why, and who has stopped it. */
export function leftText({ left, stoppedBy }: Run, stopper: (id: string) => Sentence): Sentence[] {
  const byReason = Map.groupBy(left, ({ why }) => why);
  return [
    ...[...byReason].map(
      ([why, those]) => say`Not locked: ${namesInShort(those.map(loginText))} (${why.replace(/\.$/, '')}).`,
    ),
    ...(stoppedBy === undefined ? [] : [say`${stopper(stoppedBy)} stopped it.`]),
  ];
}

function nameAndLogin(target: Target): Sentence {
  const name = cut(plainName(target.name), NAME_LENGTH);
  return target.name === target.login ? loginText(target) : say`${bold(name)} (${loginText(target)})`;
}

function loginText({ login }: { login: string }): Sentence {
  return say`${code(cut(plain(login), LOGIN_LENGTH))}`;
}

function activeText({ lastActiveAt: at }: Target): Sentence {
  return at ? say`last active ${day(new Date(at))}` : say`never active`;
}
