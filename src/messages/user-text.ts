import type { Figures } from '../directory/filter.ts';
import { plain } from './kit/plain.ts';
import { bold, code, type Sentence, say, sideBySide } from './kit/sentence.ts';
import { settingValue } from './settings-text.ts';

/** Further roles are counted together. */
const MOST_ROLES = 6;

/** '; 1 more could not be read', to be put behind the number of users; nothing where all could be. */
export function unreadableText({ unreadable }: Pick<Figures, 'unreadable'>): Sentence {
  return unreadable === 0 ? say`` : say`; ${unreadable} more could not be read`;
}

/** A user's name and login, or the login alone where it is the name too or there is no name. */
export function userText({ name, login }: { name?: string | null | undefined; login: string }): Sentence {
  const called = name?.trim() || login;
  return called === login ? say`${bold(plain(login))}` : say`${bold(called)} (${code(login)})`;
}

/** How many users have which role: 'engineer: 3'. Fastly may have any role, so no role is put in the plural. */
export function rolesText({ byRole }: Pick<Figures, 'byRole'>): Sentence {
  const others = byRole.slice(MOST_ROLES).reduce((sum, { users }) => sum + users, 0);
  return sideBySide([
    ...byRole.slice(0, MOST_ROLES).map(({ role, users }) => say`${settingValue('role', role)}: ${users}`),
    ...(others > 0 ? [say`other roles: ${others}`] : []),
  ]);
}
