import { nameOf, type User } from '../fastly/user.ts';
import { fold } from './fold.ts';

/** A user with what a search looks at, folded once. */
export type Entry = { user: User; name: string; login: string; id: string };

export function entryOf(user: User): Entry {
  return { user, name: fold(nameOf(user)), login: fold(user.login), id: user.id.toLowerCase() };
}

/** How well an entry fits, lower is better; `null` when it does not. Every part of the query must be somewhere. */
function rank(entry: Entry, query: string, parts: readonly string[]): number | null {
  if (entry.name === query || entry.login === query || entry.id === query) return 0;
  if (entry.name.startsWith(query)) return 1;
  if (entry.login.startsWith(query)) return 2;
  if (entry.name.includes(` ${query}`)) return 3;
  if (entry.name.includes(query)) return 4;
  if (entry.login.includes(query)) return 5;
  return parts.length > 1 && parts.every((part) => entry.name.includes(part) || entry.login.includes(part))
    ? 6
    : null;
}

const RANKS = 7;

/** The best `limit` fits for what someone typed, best first, alike ones in the order of `entries`. */
export function search(entries: readonly Entry[], text: string, limit: number): User[] {
  const query = fold(text);
  if (query === '') return entries.slice(0, limit).map((entry) => entry.user);
  const parts = query.split(' ');
  const ranked: User[][] = Array.from({ length: RANKS }, () => []);
  for (const entry of entries) {
    const fits = rank(entry, query, parts);
    const list = fits === null ? undefined : ranked[fits];
    if (list && list.length < limit) list.push(entry.user);
  }
  return ranked.flat().slice(0, limit);
}
