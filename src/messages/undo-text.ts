import type { Change } from '../changes/change.ts';
import type { CurrentSettings, Settings } from '../changes/settings.ts';
import { reasonLine } from './approval-text.ts';
import { changeMark, changePast } from './change-text.ts';
import { type Message, message } from './kit/message.ts';
import { code, date, member, type Sentence, say } from './kit/sentence.ts';
import { changeText, givenIn, SETTING_LABELS } from './settings-text.ts';
import { userText } from './user-text.ts';

/** The confirmation of a change that took effect as a whole, as the store knows it, with what became of it. */
export function madeMessage(change: Change, madeAt: number, ...since: readonly Sentence[]): Message {
  const { kind, caller, target, settings = {}, before, reason = null } = change;
  const made = say`${changeMark(kind)} ${member(caller)} ${changePast(kind, userText(target))}`;
  const what =
    kind === 'update' && before ? say`, ${date(new Date(madeAt))}: ${changeText(before, settings)}.` : say`.`;
  return message(say`${made}${what}`, ...reasonLine(reason), ...since);
}

/** That a change was undone, under its confirmation. @param at Unix milliseconds */
export function undoneText(by: string, at: number): Sentence {
  return say`↩️ Undone by ${member(by)}, ${date(new Date(at))}.`;
}

/** That an approval request was filed to undo a change, under its confirmation. */
export function undoAskedText(by: string): Sentence {
  return say`↩️ ${member(by)} asked to undo this, in an approval request.`;
}

/** Why a change isn't undone any more, with what to do next. */
export function notUndoneText(why: Sentence, login: string): Sentence {
  return say`${why} Nothing was undone. Run ${code(`/fastly-user update ${login}`)} to change the user.`;
}

/**
 * What the button says. A value that was not set can't be given back, so there the button says what it does, as it does
 * for a lock alone: 'Unlock'.
 */
export function undoLabel(settings: Settings, before: CurrentSettings): string {
  const changed = givenIn(settings);
  if (settings.locked === true && changed.length === 1) return 'Unlock';
  const unset = changed.filter((setting) => before[setting] === null);
  const off = unset.filter((setting) => setting !== 'locked').map((setting) => SETTING_LABELS[setting]);
  const parts = [
    ...(unset.length < changed.length ? ['undo'] : []),
    ...(unset.includes('locked') ? ['unlock'] : []),
    ...(off.length > 0 ? [`set ${off.join(' and ')} to no`] : []),
  ];
  const label = parts.join(', ');
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}`;
}
