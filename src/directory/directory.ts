import { accountUsers } from '../fastly/account-users.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { type Customer, type User, UserId } from '../fastly/user.ts';
import { Cached } from './cached.ts';
import { type Figures, type Filter, figuresOf, fits } from './filter.ts';
import { BY_NAME, EXACT, type Fit, SearchIndex } from './search.ts';

/** What a search for one user came to. `several` holds the best fits first, `more` says that others fit, too. */
export type Found =
  | { kind: 'one'; user: User }
  | { kind: 'several'; users: readonly User[]; more: boolean }
  | { kind: 'none' };

const FRESH_MILLISECONDS = 60_000;

/**
 * The account's users, searchable. Fastly's list is fetched at most once a minute, one fetch serving all who ask
 * meanwhile; users shown to people are read afresh by whoever shows them.
 */
export class Directory {
  readonly #fastly: FastlyClient;
  readonly #index: Cached<SearchIndex>;
  readonly #account: Cached<Customer>;

  constructor(fastly: FastlyClient, now: () => number = Date.now) {
    this.#fastly = fastly;
    this.#index = new Cached(() => this.#load(), FRESH_MILLISECONDS, now);
    this.#account = new Cached(() => fastly.currentCustomer(), FRESH_MILLISECONDS, now);
  }

  /** The best `limit` fits for what someone types, best first; all users, by name, when nothing is typed. */
  async search(text: string, limit: number): Promise<User[]> {
    return (await this.#index.get()).search(text, limit).map(({ user }) => user);
  }

  /** The users that fit a filter: with text the best fit first, else by name. `account` counts all users. */
  async list(filter: Filter): Promise<{ users: readonly User[]; account: Figures }> {
    const index = await this.#index.get();
    const found = index.search(filter.text, Number.POSITIVE_INFINITY).map(({ user }) => user);
    return { users: found.filter((user) => fits(user, filter)), account: figuresOf(index.users) };
  }

  /** The account's users, counted. At most a minute old. */
  async figures(): Promise<Figures> {
    return figuresOf((await this.#index.get()).users);
  }

  /**
   * Whom words mean: an id, a login, or (part of) a name. The login or name itself wins over names that contain the
   * words, and those over logins that do. What could be an id is asked of Fastly even when the list does not have it.
   */
  async find(text: string, limit: number): Promise<Found> {
    const id = UserId.safeParse(text.trim()).data;
    if (id && LOOKS_LIKE_AN_ID.test(id)) {
      const user = await this.#byId(id);
      if (user) return { kind: 'one', user };
    }
    const { index, noList } = await this.#indexOrNone(id);
    const fits = index.search(text, limit + 1);
    const users = closest(fits);
    const [only, another] = users;
    if (only && !another) return { kind: 'one', user: only };
    if (only) return { kind: 'several', users: users.slice(0, limit), more: users.length > limit };
    const unlisted = id ? await this.#byId(id) : null;
    if (!unlisted && noList) throw noList.error;
    return unlisted ? { kind: 'one', user: unlisted } : { kind: 'none' };
  }

  /** The words by which the account's users can be found. */
  async words(): Promise<string[]> {
    return (await this.#index.get()).words();
  }

  /** The user with exactly this login, letter case aside. */
  async byLogin(login: string): Promise<User | null> {
    return (await this.#index.get()).byLogin(login);
  }

  /** The bot has changed a user: what is kept of them is old. */
  usersChanged(): void {
    this.#index.forget();
  }

  /** The account: its owner, and how its people sign in. At most a minute old. */
  async account(): Promise<Customer> {
    return await this.#account.get();
  }

  async #byId(id: UserId): Promise<User | null> {
    try {
      return await this.#fastly.getUser(id);
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'not_found') return null;
      throw error;
    }
  }

  /** Where Fastly has no list to give, an id is still good, but a name is not known to be nobody's. */
  async #indexOrNone(id: UserId | undefined): Promise<{ index: SearchIndex; noList?: { error: unknown } }> {
    try {
      return { index: await this.#index.get() };
    } catch (error) {
      if (id && isFastlyError(error) && error.kind !== 'unauthorized') {
        return { index: new SearchIndex([]), noList: { error } };
      }
      throw error;
    }
  }

  async #load(): Promise<SearchIndex> {
    return new SearchIndex(await accountUsers(this.#fastly));
  }
}

/** The users of the first kind of fit that there is: exact, by name, any. */
function closest(fits: readonly Fit[]): User[] {
  const within = (most: number) => fits.filter((fit) => fit.rank <= most).map(({ user }) => user);
  const exact = within(EXACT);
  if (exact.length > 0) return exact;
  const byName = within(BY_NAME);
  return byName.length > 0 ? byName : fits.map(({ user }) => user);
}

/** Ids on record have 21 or 22 characters; a name of 16 letters and digits without a space is rare. */
const LOOKS_LIKE_AN_ID = /^(?=.*[A-Z0-9])[A-Za-z0-9]{16,}$/;
