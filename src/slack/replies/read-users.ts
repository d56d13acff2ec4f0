import type { User, UserId } from '../../fastly/user.ts';
import type { Services } from './services.ts';

type LiveTokens = Awaited<ReturnType<Services['liveTokensOf']>>;

/**
 * The users that one interaction has read, and their API tokens. Fastly is asked for each once, until a change is recorded:
 * what was read before that does not count for a change.
 */
export class ReadUsers {
  readonly #fastly: Pick<Services['fastly'], 'getUser'>;
  readonly #directory: Pick<Services['directory'], 'users'>;
  readonly #readTokens: Services['liveTokensOf'];
  readonly #read = new Map<UserId, Promise<User>>();
  readonly #tokens = new Map<UserId, Promise<LiveTokens>>();
  /** What was read before doesn't count; Unix milliseconds. */
  #since = Date.now();

  /** @param readTokens asks Fastly for a user's tokens that have not expired */
  constructor(
    fastly: Pick<Services['fastly'], 'getUser'>,
    directory: Pick<Services['directory'], 'users'>,
    readTokens: Services['liveTokensOf'],
  ) {
    this.#fastly = fastly;
    this.#directory = directory;
    this.#readTokens = readTokens;
  }

  /** All users of the account, as Fastly's list had them since then. @throws {FastlyError} */
  async all(): Promise<readonly User[]> {
    return await this.#directory.users(Date.now() - this.#since + 1);
  }

  /** The user as Fastly had them when this interaction first asked. @throws {FastlyError} */
  async getUser(id: UserId): Promise<User> {
    const read = this.#read.get(id) ?? this.#fastly.getUser(id);
    this.#read.set(id, read);
    return await read;
  }

  /** The same for the user's tokens that have not expired. @throws {FastlyError} */
  async liveTokens(id: UserId): Promise<LiveTokens> {
    const read = this.#tokens.get(id) ?? this.#readTokens(id);
    this.#tokens.set(id, read);
    return await read;
  }

  /** Who asks from now on is told what Fastly says then. */
  forget(): void {
    this.#since = Date.now();
    this.#read.clear();
    this.#tokens.clear();
  }
}
