import type { Figures, Filter } from '../../directory/filter.ts';
import { bold, code, type Sentence, say, sideBySide } from '../../messages/kit/sentence.ts';
import { rolesText, userCount } from '../../messages/user-text.ts';

/** '3 of 40 users: role engineer'. */
export function headline(filter: Filter, fitting: number, all: number): Sentence {
  const wanted = conditions(filter);
  return wanted.length === 0
    ? say`${bold(userCount(all))} in the Fastly account`
    : say`${bold(`${fitting} of ${userCount(all)}`)}: ${sideBySide(wanted)}`;
}

/** Figures of the matching users, without those that the filter already gives. */
export function figuresWords(filter: Filter, figures: Figures): Sentence[] {
  if (figures.users < 2) return [];
  const roles = filter.role === null && figures.byRole.length > 1 ? [rolesText(figures)] : [];
  const { locked, withoutTwoFactor, neverActive } = figures;
  const marks = [
    ...(locked > 0 && filter.locked === null ? [say`${locked} locked`] : []),
    ...(withoutTwoFactor > 0 && !filter.withoutTwoFactor ? [say`${withoutTwoFactor} without 2FA`] : []),
    ...(neverActive > 0 ? [say`${neverActive} never active`] : []),
  ];
  return [...roles, ...(marks.length > 0 ? [sideBySide(marks)] : [])];
}

/** Explains 'not set', and how to see a user as of now. */
export function footnote({ withoutTwoFactor }: Figures): Sentence {
  const notSet = withoutTwoFactor > 0 ? say`Users whose 2FA is “not set” count as without 2FA. ` : say``;
  return say`${notSet}The list may be a minute old. Run ${code('/fastly-user get')} to see a user as of now.`;
}

/** Says that no user matches, and what to do next. */
export function nobody(filter: Filter, all: number): [Sentence, Sentence] {
  if (all === 0) {
    return [
      say`Fastly lists no users for the bot.`,
      say`Run ${code('/fastly-user whoami')} to see the bot's Fastly user. It needs the role Fastly superuser, and its token the global scope.`,
    ];
  }
  const shorter = filter.text === '' ? say`` : say`type less of the name or email, or `;
  return [
    headline(filter, 0, all),
    say`No users match these filters. To see more, ${shorter}remove a filter with ${bold('Filter…')}.`,
  ];
}

function conditions({ text, role, locked, withoutTwoFactor }: Filter): Sentence[] {
  return [
    ...(text === '' ? [] : [say`${code(text)}`]),
    ...(role === null ? [] : [say`role ${code(role)}`]),
    ...(locked === null ? [] : [say`${locked ? 'locked' : 'not locked'}`]),
    ...(withoutTwoFactor ? [say`without 2FA`] : []),
  ];
}
