import { furtherRoles, type HasRoles, rolesAtStake } from '../changes/roles.ts';
import { superuserStanding } from '../changes/superuser.ts';
import { cut } from './kit/plain.ts';
import { bold, code, enumerate, plainText, type Sentence, say } from './kit/sentence.ts';
import { settingValue } from './settings-text.ts';

const ROLE_LENGTH = 40;
/** Of further roles, so many are told by name. */
const MOST_NAMED = 5;

/** A user's roles: 'engineer', 'engineer, billing and 2 more'. Fastly tells the names of some, and only counts others. */
export function roleText(user: HasRoles): Sentence {
  const { named, unnamed } = furtherRoles(user);
  return say`${roleWords(user, named.slice(0, MOST_NAMED), named.slice(MOST_NAMED).length + unnamed)}`;
}

/** The same in a cell: as many names as fit the length, in characters, beside what is counted. */
export function roleCell(user: HasRoles, length: number): string {
  const { named, unnamed } = furtherRoles(user);
  for (let told = Math.min(named.length, MOST_NAMED); told > 0; told -= 1) {
    const words = roleWords(user, named.slice(0, told), named.length - told + unnamed);
    if (words.length <= length) return words;
  }
  const more = named.length + unnamed;
  return roleWords(user, [], more, more === 0 ? length : length - ` and ${more} more`.length);
}

function roleWords({ role }: HasRoles, named: readonly string[], more: number, length = ROLE_LENGTH): string {
  const words = [role ?? null, ...named].map((each) => cut(plainText(settingValue('role', each)), length));
  const counted = more > 0 ? [`${more} more`] : [];
  return plainText(enumerate([...words, ...counted].map((each) => say`${each}`)));
}

/**
 * What becomes of the roles that the bot can't give back when it sets `role`. Null where it can give back what it takes.
 */
export function rolesCaution(user: HasRoles): Sentence | null {
  const stake = rolesAtStake(user);
  if (stake === null) return null;
  const { named, unnamed } = stake;
  const more = named.slice(MOST_NAMED).length + unnamed;
  const lost = enumerate([
    ...named.slice(0, MOST_NAMED).map((each) => code(cut(each, ROLE_LENGTH))),
    ...(more === 0
      ? []
      : [say`${more} ${named.length > 0 ? 'more' : more === 1 ? 'further role' : 'further roles'}`]),
  ]);
  const them = named.length + unnamed === 1 ? 'it' : 'them';
  return say`Setting ${bold('Role')} may take ${lost} away from this user. The bot can't give ${them} back.`;
}

/** That nobody knows whether the user is a Fastly superuser, which is why approval is needed. */
export function unknownStandingText(user: HasRoles): Sentence[] {
  if (superuserStanding(user) !== 'unknown') return [];
  return [say`⚠️ Fastly doesn't name all of this user's roles, so the user may be a Fastly superuser.`];
}
