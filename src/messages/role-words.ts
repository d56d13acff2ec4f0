import type { Figures } from '../directory/figures.ts';
import { type Sentence, say, sideBySide } from './kit/sentence.ts';
import { settingValue } from './setting-words.ts';

/** More roles than these are summed up. */
const MOST_ROLES = 6;

/** How many users have which role. A role may be any word of Fastly's, so it stands as it is and is not inflected. */
export function rolesWords({ byRole }: Pick<Figures, 'byRole'>): Sentence {
  const others = byRole.slice(MOST_ROLES).reduce((sum, { users }) => sum + users, 0);
  return sideBySide([
    ...byRole.slice(0, MOST_ROLES).map(({ role, users }) => say`${settingValue('role', role)}: ${users}`),
    ...(others > 0 ? [say`other roles: ${others}`] : []),
  ]);
}
