import type { LockOfSeveral } from '../approvals/action.ts';
import type { Run } from '../approvals/run.ts';
import type { Target } from '../changes/target.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import { bold, code, counted, day, enumerate, namesInShort, type Sentence, say } from './kit/sentence.ts';

/**
 * More users are named by their logins alone, in one piece of text: Slack takes 12,000 characters in all blocks of a message,
 * of which each piece takes some (github.com/slackapi/bolt-js/issues/2509).
 */
const MOST_WITH_NAMES = 15;
const NAME_LENGTH = 48;
const LOGIN_LENGTH = 64;
const MOST_IN_LIST = 3;

/** Each user who is to be locked, as they were when it was asked for. */
export function usersLines({ targets, days }: LockOfSeveral): Sentence[] {
  const idle = say`Not active for more than ${counted(days, 'day')}`;
  return targets.length > MOST_WITH_NAMES
    ? [say`${idle}, whoever was longest first: ${loginsText(targets)}.`]
    : [say`${idle}:`, ...targets.map((target) => say`• ${nameAndLogin(target)}, ${activeText(target)}`)];
}

/** The same in a list of requests, which has to fit into one message. */
export function usersInShort({ targets, days }: LockOfSeveral): Sentence {
  const who = namesInShort(targets.map(loginText), MOST_IN_LIST);
  return say`Not active for more than ${counted(days, 'day')}: ${who}.`;
}

/** Whom a run has locked, by login. */
export function lockedUsersText({ targets }: LockOfSeveral, { locked }: Run): Sentence[] {
  const those = targets.filter(({ id }) => locked.includes(id));
  return those.length === 0 ? [] : [say`Locked: ${loginsText(those)}.`];
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

/** All of them as one piece of text. */
function loginsText(targets: readonly Target[]): Sentence {
  return enumerate(targets.map(({ login }) => say`${cut(plain(login), LOGIN_LENGTH)}`));
}

function loginText({ login }: { login: string }): Sentence {
  return say`${code(cut(plain(login), LOGIN_LENGTH))}`;
}

function activeText({ lastActiveAt: at }: Target): Sentence {
  return at ? say`last active ${day(new Date(at))}` : say`never active`;
}
