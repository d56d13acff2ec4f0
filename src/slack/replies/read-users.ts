import type { User, UserId } from '../../fastly/user.ts';
import type { Services } from './services.ts';

/**
 * The users that one interaction has read. Fastly is asked for each once, until a change is recorded: what was read before
 * that does not count for a change.
 */
export class ReadUsers {
  readonly #fastly: Pick<Services['fastly'], 'getUser'>;
  readonly #read = new Map<UserId, Promise<User>>();

  constructor(fastly: Pick<Services['fastly'], 'getUser'>) {
    this.#fastly = fastly;
  }

  /** The user as Fastly had them when this interaction first asked. @throws {FastlyError} */
  async getUser(id: UserId): Promise<User> {
    const read = this.#read.get(id) ?? this.#fastly.getUser(id);
    this.#read.set(id, read);
    return await read;
  }

  /** Who asks from now on is told what Fastly says then. */
  forget(): void {
    this.#read.clear();
  }
}
