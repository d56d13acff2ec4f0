import type { CustomerId, User, UserId } from './user.ts';

/**
 * Why a token cannot change users. `no-user`: an automation token, or one of a user who was deleted (Fastly answers
 * `/current_user` with 404).
 */
export type TokenProblem = 'no-user' | 'no-superuser';

export const TOKEN_REMEDY =
  "Use the token of a Fastly user of the bot's own with the role superuser and global scope.";

export const TOKEN_PROBLEMS: Record<TokenProblem, string> = {
  'no-user': "The bot's Fastly token belongs to no user, so the bot can't change users.",
  'no-superuser': "The user of the bot's Fastly token is no Fastly superuser, so the bot can't change users.",
};

/**
 * @param holder the user behind the token, `null` where Fastly knows none. A role that is not told is no problem, nor are
 *   further roles whose names Fastly does not tell.
 */
export function tokenProblemOf(holder: Pick<User, 'role' | 'roles'> | null): TokenProblem | null {
  if (holder === null) return 'no-user';
  const { role, roles } = holder;
  const isSuperuser = [role, ...(roles ?? [])].some((each) => each?.trim().toLowerCase() === 'superuser');
  return !role || isSuperuser || (roles?.length ?? 0) > 1 ? null : 'no-superuser';
}

/** The user behind the token, by Fastly's latest answer. */
export class TokenHolder {
  readonly #onProblem: (problem: TokenProblem | null) => void;
  readonly #onAccount: (account: CustomerId) => void;
  #problem: TokenProblem | null = null;
  #id: UserId | null = null;
  #account: CustomerId | null = null;

  /**
   * @param onProblem told whenever the problem is another one, with null that there is none any more
   * @param onAccount told once, when Fastly says whose account it is
   */
  constructor(onProblem: (problem: TokenProblem | null) => void, onAccount: (account: CustomerId) => void) {
    this.#onProblem = onProblem;
    this.#onAccount = onAccount;
  }

  /** Null while none is known. */
  get problem(): TokenProblem | null {
    return this.#problem;
  }

  /** The holder's account; null where Fastly has not said it. */
  get account(): CustomerId | null {
    return this.#account;
  }

  /** Whether an answer can be about the holder: a token stays its user's. */
  canBe({ id }: Pick<User, 'id'>): boolean {
    return this.#id === null || id === this.#id;
  }

  /**
   * Whether a list of users has the holder, who is then as the list says. No list says that a token without a user has one
   * again.
   */
  isAmong(users: readonly User[]): boolean {
    if (this.#problem === 'no-user') return false;
    const holder = users.find(({ id, deleted_at }) => id === this.#id && !deleted_at);
    if (holder !== undefined) this.is(holder);
    return holder !== undefined;
  }

  /** Fastly has answered who the holder is; null: nobody. */
  is(holder: User | null): void {
    this.#id = holder?.id ?? this.#id;
    const account = holder?.customer_id ?? null;
    if (account !== null && this.#account === null) this.#onAccount(account);
    this.#account = account ?? this.#account;
    const problem = tokenProblemOf(holder);
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#onProblem(problem);
  }
}
