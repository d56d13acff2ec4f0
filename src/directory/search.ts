import { distance } from 'fastest-levenshtein';
import { canonical, isPlain } from '../fastly/canonical.ts';
import { LongWork } from '../fastly/long-work.ts';
import { nameOf, type User } from '../fastly/user.ts';
import { type Figures, figuresOf } from './filter.ts';
import { Lines } from './lines.ts';
import { sortedInPieces } from './sorted-in-pieces.ts';

/** How well a user fits, best first: the login, name or id itself, then parts of the name, then anything else. */
type Fit = { user: User; rank: number };
export const EXACT = 0;
const NAME_BEGINS = 1;
const WORD_BEGINS = 2;
export const BY_NAME = 3;
const LOGIN_BEGINS = 4;
const IN_LOGIN = 5;
const IN_PARTS = 6;

/**
 * The account's users, folded once and kept as text to search in: all names in one string, a line each, and all
 * logins. Looking for a piece of a line is then one native search, which ends with the first `limit` fits.
 */
export class SearchIndex {
  /** All of them, by name. */
  readonly users: readonly User[];
  /** How many entries of Fastly's list could not be read. */
  readonly #unreadable: number;
  readonly #names: Lines;
  readonly #logins: Lines;
  readonly #ids: Lines;

  private constructor(users: readonly User[], unreadable: number, names: Lines, logins: Lines, ids: Lines) {
    this.users = users;
    this.#unreadable = unreadable;
    this.#names = names;
    this.#logins = logins;
    this.#ids = ids;
  }

  /** Builds the index in pieces, as others wait while it is built. */
  static async of(users: readonly User[], unreadable = 0): Promise<SearchIndex> {
    const work = new LongWork();
    // What has led here may have taken a whole turn.
    await work.pause();
    const [names, logins, ids]: [string[], string[], string[]] = [[], [], []];
    // In the list's order users lie side by side in memory; by name each would have to be fetched from afar.
    for (const user of users) {
      names.push(fold(nameOf(user)));
      logins.push(fold(user.login));
      ids.push(user.id.toLowerCase());
      if (work.isLong) await work.pause();
    }
    const order = await sortedInPieces(names, work);
    return new SearchIndex(
      order.flatMap((place) => users[place] ?? []),
      unreadable,
      await Lines.of(names, order, work),
      await Lines.of(logins, order, work),
      await Lines.of(ids, order, work),
    );
  }

  figures(): Figures {
    return figuresOf(this.users, this.#unreadable);
  }

  /** The best `limit` fits for what someone typed, best first, alike ones by name; the first by name for nothing. */
  search(text: string, limit: number): Fit[] {
    const query = fold(text);
    if (query === '') return this.users.slice(0, limit).map((user) => ({ user, rank: EXACT }));
    const found = new Map<number, number>();
    for (const [rank, lines] of this.#byRank(query)) {
      for (const line of lines) {
        if (found.size >= limit) break;
        if (!found.has(line)) found.set(line, rank);
      }
      if (found.size >= limit) break;
    }
    return [...found].flatMap(([line, rank]) => {
      const user = this.users[line];
      return user ? [{ user, rank }] : [];
    });
  }

  /** What users could be looked for by: each word of a name, each login. Folded, and each once. */
  words(): string[] {
    const words = new Set<string>();
    for (const line of this.users.keys()) {
      for (const word of this.#names.at(line).split(' ')) words.add(word);
      words.add(this.#logins.at(line));
    }
    return [...words];
  }

  /** The user with this id, letter case included. */
  withId(id: string): User | null {
    return this.#on(this.#ids.being(id.toLowerCase())).find((user) => user.id === id) ?? null;
  }

  /** The users with exactly this login, letter case aside. A login that only looks like it is another. */
  withLogin(login: string): readonly User[] {
    const wanted = canonical(login);
    return this.#on(this.#logins.being(fold(login))).filter((user) => canonical(user.login) === wanted);
  }

  /** The users whose whole name is this, letter case aside. */
  withName(name: string): readonly User[] {
    const wanted = canonical(name);
    if (wanted === '') return [];
    return this.#on(this.#names.being(fold(name))).filter((user) => canonical(user.name ?? '') === wanted);
  }

  /** The users whose login or whole name is this once accents, widths and letter case are left out. */
  alike(text: string): User[] {
    const query = fold(text);
    if (query === '') return [];
    return this.#on(new Set([...this.#logins.being(query), ...this.#names.being(query)]));
  }

  /** The users whose login is this address once its tag (`+cdn`) is left out on both sides. */
  withoutTag(address: string): User[] {
    const wanted = withoutTag(fold(address));
    return this.users.filter((_user, line) => withoutTag(this.#logins.at(line)) === wanted);
  }

  /** The few users whose login is nearest to what was typed: one is a part of the other, or few letters differ. */
  near(address: string, limit: number): User[] {
    const typed = fold(address);
    const most = Math.max(2, typed.length / 6);
    const near: { user: User; isPart: boolean; letters: number }[] = [];
    for (const [line, user] of this.users.entries()) {
      const login = this.#logins.at(line);
      const isPart = login.includes(typed) || typed.includes(login);
      if (!isPart && Math.abs(login.length - typed.length) > most) continue;
      const letters = distance(typed, login);
      if (isPart || letters <= most) near.push({ user, isPart, letters });
    }
    near.sort((a, b) => Number(b.isPart) - Number(a.isPart) || a.letters - b.letters);
    return near.slice(0, limit).map(({ user }) => user);
  }

  #on(lines: Iterable<number>): User[] {
    return [...lines].flatMap((line) => this.users[line] ?? []);
  }

  /** The lines that fit, by how well; each is looked for only when the better ones were not enough. */
  *#byRank(query: string): Generator<[number, Iterable<number>]> {
    const exact = [this.#names, this.#logins, this.#ids].flatMap((lines) => lines.being(query));
    yield [EXACT, exact.sort((a, b) => a - b)];
    const inNames = this.#names.first(query);
    if (inNames !== null) {
      // Names are sorted, and before the first that holds it none holds it behind a space.
      yield [NAME_BEGINS, this.#names.sortedBeginning(query)];
      yield [WORD_BEGINS, this.#names.with(` ${query}`, inNames - 1)];
      yield [BY_NAME, this.#names.with(query, inNames)];
    }
    const inLogins = this.#logins.first(query);
    if (inLogins !== null) {
      yield [LOGIN_BEGINS, this.#logins.with(`\n${query}`, inLogins - 1)];
      yield [IN_LOGIN, this.#logins.with(query, inLogins)];
    }
    const parts = query.split(' ');
    if (parts.length > 1) yield [IN_PARTS, this.#withAll(parts)];
  }

  *#withAll(parts: readonly string[]): Generator<number> {
    const [longest = ''] = parts.toSorted((a, b) => b.length - a.length);
    for (const line of merged(this.#names.with(longest), this.#logins.with(longest))) {
      const text = `${this.#names.at(line)}\n${this.#logins.at(line)}`;
      if (parts.every((part) => text.includes(part))) yield line;
    }
  }
}

/** Two ascending sequences as one, without repetitions. */
function* merged(first: Iterator<number>, second: Iterator<number>): Generator<number> {
  let [a, b] = [first.next(), second.next()];
  while (!a.done || !b.done) {
    const next = a.done ? b.value : b.done ? a.value : Math.min(a.value, b.value);
    yield next;
    if (!a.done && a.value === next) a = first.next();
    if (!b.done && b.value === next) b = second.next();
  }
}

/** Without what some mail servers take for a note: `ada+cdn@example.com` is `ada@example.com`. */
export function withoutTag(address: string): string {
  return address.replace(/\+[^@]*(?=@)/, '');
}

/**
 * Text as it is compared in a search: no case, no accents (`Tomás` is found by `tomas`), straight apostrophes, single
 * spaces. Texts of the same canonical form are the same here.
 */
function fold(text: string): string {
  const compared = canonical(text);
  if (isPlain(compared)) return compared;
  return compared
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
