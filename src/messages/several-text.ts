import type { LockOfSeveral } from '../approvals/action.ts';
import type { Step } from '../approvals/event.ts';
import { type ApprovalRequest, isOpen } from '../approvals/request.ts';
import { doneIn } from '../approvals/ruling.ts';
import { isReached, NOT_BEGUN, type Run, stillLocked } from '../approvals/run.ts';
import type { Target } from '../changes/target.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import {
  bold,
  code,
  counted,
  day,
  enumerate,
  member,
  namesInShort,
  type Sentence,
  say,
} from './kit/sentence.ts';
import { STAYS } from './lock-limits.ts';

/**
 * More users are named by their logins alone, in one piece of text: Slack takes 12,000 characters in all blocks of a message,
 * of which each piece takes some (github.com/slackapi/bolt-js/issues/2509).
 */
const MOST_WITH_NAMES = 15;
const NAME_LENGTH = 48;
const LOGIN_LENGTH = 64;
const MOST_IN_LIST = 3;

/** Whose lock is still to come; and locked, unlocked again since, or not locked. */
type Mark = '•' | '🔒' | '🔓' | '–';

/** Each user of the request as they were when it was asked for, marked with what became of them. */
export function usersLines({ targets, days }: LockOfSeveral, request: ApprovalRequest): Sentence[] {
  const idle = say`Not active for more than ${counted(days, 'day')}`;
  const markOf = marksIn(request);
  if (targets.length <= MOST_WITH_NAMES) {
    const lines = targets.map(
      (target) => say`${markOf(target)} ${nameAndLogin(target)}, ${activeText(target)}`,
    );
    return [say`${idle}:`, ...lines];
  }
  const byMark = [...Map.groupBy(targets, markOf)];
  return [
    say`${idle}, whoever was longest first:`,
    ...byMark.map(([mark, those]) => say`${mark} ${loginsText(those)}`),
  ];
}

function marksIn(request: ApprovalRequest): (target: Target) => Mark {
  const { state } = request;
  const run = doneIn(state).run ?? NOT_BEGUN;
  const locked = stillLocked(run);
  const isSettled = !isOpen(request) && !('mayBeDone' in state && state.mayBeDone);
  return ({ id }) => {
    if (locked.includes(id)) return '🔒';
    if (run.locked.includes(id)) return '🔓';
    return isSettled || isReached(run, id) ? '–' : '•';
  };
}

/** Once a run is over: what its locks leave as it is, and who has unlocked users of it again. */
export function afterRun(request: ApprovalRequest, steps: readonly Step[]): Sentence[] {
  const { run = NOT_BEGUN } = doneIn(request.state);
  const by = steps.flatMap(({ event, actor }) => (event.kind === 'unlocked' && actor ? [actor] : []));
  return [
    ...(!isOpen(request) && stillLocked(run).length > 0 ? [STAYS] : []),
    ...(by.length > 0 ? [say`🔓 Unlocked again by ${enumerate([...new Set(by)].map(member))}.`] : []),
  ];
}

/** The same in a list of requests, which has to fit into one message. */
export function usersInShort({ targets, days }: LockOfSeveral): Sentence {
  const who = namesInShort(targets.map(loginText), MOST_IN_LIST);
  return say`Not active for more than ${counted(days, 'day')}: ${who}.`;
}

/** Whom a run has locked, by login, and what that leaves as it is. */
export function lockedUsersText({ targets }: LockOfSeveral, { locked }: Run): Sentence[] {
  const those = targets.filter(({ id }) => locked.includes(id));
  return those.length === 0 ? [] : [say`Locked: ${loginsText(those)}.`, STAYS];
}

/** '🔓 @nora unlocked 2 users that request K7Q2-9FMX had locked: a and b.' */
export function unlockedText(users: readonly Target[], request: string, by: string): Sentence {
  return say`🔓 ${member(by)} unlocked ${counted(users.length, 'user')} that request ${code(request)} had locked: ${loginsText(users)}.`;
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
