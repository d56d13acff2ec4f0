import { accountUsers, knownUser } from '../fastly/account-users.ts';
import { canonical } from '../fastly/canonical.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { type Customer, type User, UserId } from '../fastly/user.ts';
import { Cached } from './cached.ts';
import { type Figures, type Filter, fits, idleSince } from './filter.ts';
import { BY_NAME, EXACT, SearchIndex } from './search.ts';

/**
 * Whom words mean. `certain`: what was typed is the user's id, login or whole name. `likely`: it only fits this user.
 * `several` holds the best fits first; `more` says that others fit, too.
 */
export type Found =
  | { kind: 'certain' | 'likely'; user: User }
  | { kind: 'several'; users: readonly User[]; more: boolean }
  | { kind: 'none' };

/** What a user is looked for: a card to see, or something that changes the user. */
export type Purpose = 'look' | 'change';

/** A member of the workspace: the address and the name that Slack has. */
type Mentioned = { address: string; name: string | null };

const FRESH_MILLISECONDS = 60_000;

/** Before an address counts as nobody's, the list is fetched again if it is older than this. */
const ASKED_AGAIN_MILLISECONDS = 5_000;

/**
 * The account's users, searchable. Fastly's list is fetched at most once a minute, one fetch serving all who ask
 * meanwhile; users shown to people are read afresh by whoever shows them.
 */
export class Directory {
  readonly #fastly: FastlyClient;
  readonly #index: Cached<SearchIndex>;
  readonly #account: Cached<Customer>;
  readonly #now: () => number;

  constructor(fastly: FastlyClient, now: () => number = Date.now) {
    this.#fastly = fastly;
    this.#now = now;
    this.#index = new Cached(() => this.#load(), FRESH_MILLISECONDS, now);
    this.#account = new Cached(() => fastly.currentCustomer(), FRESH_MILLISECONDS, now);
  }

  /** The best `limit` fits for what someone types, best first; all users, by name, when nothing is typed. */
  async search(text: string, limit: number): Promise<User[]> {
    return (await this.#index.get()).search(text, limit).map(({ user }) => user);
  }

  /**
   * The users that fit a filter: the longest idle first where that is asked for, else with text the best fit first, else by
   * name. `unknown`: those of whom Fastly does not say since when they are idle. `account` counts all users.
   */
  async list(
    filter: Filter,
  ): Promise<{ users: readonly User[]; unknown: readonly User[]; account: Figures }> {
    const index = await this.#index.get();
    const found = index.search(filter.text, Number.POSITIVE_INFINITY).map(({ user }) => user);
    const now = this.#now();
    const users: User[] = [];
    const unknown: User[] = [];
    for (const user of found) {
      const answer = fits(user, filter, now);
      if (answer === 'yes') users.push(user);
      else if (answer === 'unknown') unknown.push(user);
    }
    return {
      users: filter.inactive === null ? users : longestIdleFirst(users),
      unknown,
      account: index.figures(),
    };
  }

  /** All users, by a list that was asked for within the last `atMost` milliseconds. */
  async users(atMost: number): Promise<readonly User[]> {
    return (await this.#index.get(atMost)).users;
  }

  /** The account's users, counted. At most a minute old. */
  async figures(): Promise<Figures> {
    return (await this.#index.get()).figures();
  }

  /**
   * Whom words mean. Id, login and whole name are compared as a whole (`canonical`); only where nobody has them do parts
   * and letters without accents count. An address is never a part of a login. To look at a user whose id was typed, no
   * list has to be fetched.
   *
   * @param users who is asked for the user with an id
   */
  async find(
    typed: string,
    purpose: Purpose,
    limit: number,
    users: Pick<FastlyClient, 'getUser'> = this.#fastly,
  ): Promise<Found> {
    const id = UserId.safeParse(typed.trim()).data;
    const isId = id !== undefined && looksLikeId(id);
    const listing = isId && purpose === 'look' ? null : this.#indexOrNone(id);
    // What becomes of the list counts after the user was asked for.
    listing?.catch(() => {});
    const asked = isId ? await knownUser(users, id) : null;
    if (asked && purpose === 'look' && this.#index.kept() === null) return { kind: 'certain', user: asked };
    const { index, noList } = await (listing ?? this.#indexOrNone(id));
    let found = whom(index, typed, asked);
    if (found.length === 0 && isAddress(typed)) {
      found = whom(await this.#index.get(ASKED_AGAIN_MILLISECONDS), typed, null);
    }
    if (found.length === 0) {
      found = asLikely(isAddress(typed) ? index.alike(typed) : fitting(index, typed, limit));
    }
    if (found.length === 0 && id && !isId) found = asCertain(await knownUser(users, id));
    if (found.length === 0 && noList) throw noList.error;
    return asFound(found, limit);
  }

  /** The user whose login is a member's address; else those whose login or whole name is near it. */
  async findMember({ address, name }: Mentioned, limit: number): Promise<Found> {
    let index = await this.#index.get();
    if (index.withLogin(address).length === 0) index = await this.#index.get(ASKED_AGAIN_MILLISECONDS);
    const exact = index.withLogin(address);
    if (exact.length > 0) return asFound(exact.flatMap(asCertain), limit);
    const near = [...index.alike(address), ...index.withoutTag(address), ...(name ? index.alike(name) : [])];
    return asFound(asLikely(near), limit);
  }

  async near(address: string, limit: number): Promise<User[]> {
    return (await this.#index.get()).near(address, limit);
  }

  async words(): Promise<string[]> {
    return (await this.#index.get()).words();
  }

  /** The users with exactly this login, letter case aside, by a list that is at most 5 seconds old. */
  async withLogin(login: string): Promise<readonly User[]> {
    return (await this.#index.get(ASKED_AGAIN_MILLISECONDS)).withLogin(login);
  }

  async withId(id: UserId): Promise<User | null> {
    return (await this.#index.get()).withId(id);
  }

  /** The bot has changed a user: what is kept of them is old. */
  usersChanged(): void {
    this.#index.forget();
  }

  /** The account: its owner, and how its people sign in. At most a minute old. */
  async account(): Promise<Customer> {
    return await this.#account.get();
  }

  /** Where Fastly has no list to give, an id is still good, but a name is not known to be nobody's. */
  async #indexOrNone(id: UserId | undefined): Promise<{ index: SearchIndex; noList?: { error: unknown } }> {
    try {
      return { index: await this.#index.get() };
    } catch (error) {
      if (id && isFastlyError(error) && error.kind !== 'unauthorized') {
        return { index: await SearchIndex.of([]), noList: { error } };
      }
      throw error;
    }
  }

  async #load(): Promise<SearchIndex> {
    const { users, unreadable } = await accountUsers(this.#fastly);
    return await SearchIndex.of(users, unreadable);
  }
}

function longestIdleFirst(users: readonly User[]): User[] {
  return users
    .map((user) => ({ user, since: idleSince(user) ?? 0 }))
    .sort((one, other) => one.since - other.since)
    .map(({ user }) => user);
}

/** A user who could be meant, and whether what was typed is the whole of an id, a login or a name. */
type Candidate = { user: User; certain: boolean };

const asCertain = (user: User | null): Candidate[] => (user ? [{ user, certain: true }] : []);
const asLikely = (users: readonly User[]): Candidate[] => users.map((user) => ({ user, certain: false }));

/** Whoever has the typed text as an id, a login or a whole name. One word is too little of a name to be certain. */
function whom(index: SearchIndex, typed: string, asked: User | null): Candidate[] {
  const whole = canonical(typed).includes(' ');
  return [
    ...asCertain(asked ?? index.withId(typed.trim())),
    ...index.withLogin(typed).flatMap(asCertain),
    ...index.withName(typed).map((user) => ({ user, certain: whole })),
  ];
}

/** The users of the first kind of fit that there is: exact, by name, any. One more than `limit`, if there is. */
function fitting(index: SearchIndex, typed: string, limit: number): User[] {
  const fits = index.search(typed, limit + 1);
  const within = (most: number) => fits.filter((fit) => fit.rank <= most);
  const closest = [within(EXACT), within(BY_NAME)].find((some) => some.length > 0) ?? fits;
  return closest.map(({ user }) => user);
}

function asFound(candidates: readonly Candidate[], limit: number): Found {
  const byId = new Map(candidates.map(({ user }) => [user.id, user]));
  const users = [...byId.values()];
  const [only, another] = users;
  if (!only) return { kind: 'none' };
  if (another) return { kind: 'several', users: users.slice(0, limit), more: users.length > limit };
  return { kind: candidates.some((candidate) => candidate.certain) ? 'certain' : 'likely', user: only };
}

/** Whether a text has an address in it: an `@` with something on both sides. */
export function isAddress(text: string): boolean {
  return /\S@\S/.test(text);
}

/** Ids on record have 21 or 22 characters; a name of 16 letters and digits without a space is rare. */
export function looksLikeId(text: string): boolean {
  return /^(?=.*[A-Z0-9])[A-Za-z0-9]{16,}$/.test(text);
}
