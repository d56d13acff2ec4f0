import { nameOf, type User } from '../fastly/user.ts';
import { fold } from './fold.ts';

/** A user with what a search looks at, folded once. */
export type Entry = { user: User; name: string; login: string; id: string };

export function entryOf(user: User): Entry {
  return { user, name: fold(nameOf(user)), login: fold(user.login), id: user.id.toLowerCase() };
}

/** How well a user fits, from 0 on: the login, name or id itself, then parts of the name, then anything else. */
export type Fit = { user: User; rank: number };
export const EXACT = 0;
export const BY_NAME = 3;
const RANKS = 7;

/** `null` when it does not fit. Every part of the query must be somewhere. */
function rank(entry: Entry, query: string, parts: readonly string[]): number | null {
  if (entry.name === query || entry.login === query || entry.id === query) return EXACT;
  if (entry.name.startsWith(query)) return 1;
  if (entry.name.includes(` ${query}`)) return 2;
  if (entry.name.includes(query)) return BY_NAME;
  if (entry.login.startsWith(query)) return 4;
  if (entry.login.includes(query)) return 5;
  return parts.length > 1 && parts.every((part) => entry.name.includes(part) || entry.login.includes(part))
    ? 6
    : null;
}

/** The best `limit` fits for what someone typed, best first, alike ones in the order of `entries`. */
export function search(entries: readonly Entry[], text: string, limit: number): Fit[] {
  const query = fold(text);
  if (query === '') return entries.slice(0, limit).map(({ user }) => ({ user, rank: EXACT }));
  const parts = query.split(' ');
  const ranked: Fit[][] = Array.from({ length: RANKS }, () => []);
  for (const entry of entries) {
    const fits = rank(entry, query, parts);
    const list = fits === null ? undefined : ranked[fits];
    if (list && fits !== null && list.length < limit) list.push({ user: entry.user, rank: fits });
  }
  return ranked.flat().slice(0, limit);
}
