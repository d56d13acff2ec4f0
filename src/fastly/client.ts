import { z } from 'zod';
import type { Secret } from '../config/secret.ts';
import { MEBIBYTE } from '../http/bounded-body.ts';
import { type AccountList, type Entry, entriesIn } from './account-list.ts';
import { ApiToken, ApiTokenId, type TokenList } from './api-token.ts';
import { asJson, Calls, type CallsOptions } from './calls.ts';
import { canonical } from './canonical.ts';
import { FastlyInvalidId, FastlyNotFound } from './errors.ts';
import {
  type Invitation,
  InvitationDocument,
  InvitationId,
  InvitationPage,
  type Invitee,
  ofAccount,
} from './invitation.ts';
import { inOurWords } from './refusal.ts';
import { TokenHolder, type TokenProblem } from './token.ts';
import { Customer, CustomerId, User, type UserFields, UserId, type UserList } from './user.ts';

type FastlyClientOptions = CallsOptions & {
  /** Told what keeps the token from changing users, and with null that nothing does any more. */
  onTokenProblem?: (problem: TokenProblem | null) => void;
  /** Told once, when Fastly says whose account it is. */
  onAccount?: (account: CustomerId) => void;
};

const Done = z.object({ status: z.literal('ok') });

const JSON_API_HEADERS = { 'content-type': 'application/vnd.api+json', accept: 'application/vnd.api+json' };
/** In bytes: the largest accounts there are, several times over. */
const LARGEST_LIST = { users: 96 * MEBIBYTE, tokens: 32 * MEBIBYTE };
const LARGEST_PAGE = 4 * MEBIBYTE;
const PAGE_SIZE = 100;
const MOST_PAGES = 100;

/**
 * Fastly's user API: a method for each operation of the seed, plus the list of users, the account, invitations and API
 * tokens. Every method throws a `FastlyError` (see `errors.ts`) when it fails, and nothing else. An answer is believed
 * only if it is about whom the call was about. Names of parameters and operations are the seed's.
 */
export class FastlyClient {
  readonly #calls: Calls;
  readonly #holder: TokenHolder;

  constructor({ onTokenProblem = () => {}, onAccount = () => {}, ...options }: FastlyClientOptions) {
    this.#calls = new Calls(options);
    this.#holder = new TokenHolder(onTokenProblem, onAccount);
  }

  /** Creates a user directly. Accounts that came after April 2025 refuse this and take invitations. */
  async createUser(fields: UserFields & { login: string }): Promise<User> {
    const call = { operation: 'create_user', kind: 'creation', method: 'POST', path: '/user' } as const;
    return await this.#calls.withToken(
      { ...call, ...formBody(fields) },
      asJson(User),
      hasLogin(fields.login),
    );
  }

  /** Fastly answers 'ok' for a user who was already gone, too. */
  async deleteUser(id: UserId): Promise<void> {
    const operation = 'delete_user';
    const path = userPath(operation, id);
    await this.#calls.withToken({ operation, kind: 'change', method: 'DELETE', path }, asJson(Done));
  }

  /** The user behind the token, who is the same whenever Fastly is asked. */
  async getCurrentUser(): Promise<User> {
    try {
      const isMeant = (user: User) => this.#holder.canBe(user);
      const holder = await this.#get('get_current_user', '/current_user', User, isMeant);
      this.#holder.is(holder);
      return holder;
    } catch (error) {
      if (error instanceof FastlyNotFound) this.#holder.is(null);
      throw error;
    }
  }

  /** The account of the token's user; null where Fastly has not said it yet. */
  get account(): CustomerId | null {
    return this.#holder.account;
  }

  /** Whether a list that was just fetched has the token's user, whose role is known by it then. */
  holderIsAmong(users: readonly User[]): boolean {
    return this.#holder.isAmong(users);
  }

  /**
   * What keeps the token from changing users, by Fastly's latest answer about its user. Where that was a problem,
   * Fastly is asked again.
   */
  async tokenProblem(): Promise<TokenProblem | null> {
    if (this.#holder.problem !== null) await this.getCurrentUser().catch(() => null);
    return this.#holder.problem;
  }

  /** What the token may do, and until when. Fastly answers an expired token like one that it does not know, with 401. */
  async currentToken(): Promise<ApiToken> {
    const isMeant = ({ user_id: id }: ApiToken) => !id || this.#holder.canBe({ id });
    return await this.#get('current_token', '/tokens/self', ApiToken, isMeant);
  }

  async getUser(id: UserId): Promise<User> {
    const operation = 'get_user';
    return await this.#get(operation, userPath(operation, id), User, hasId(id));
  }

  /** Has Fastly e-mail the user a link to choose a new password. */
  async requestPasswordReset(login: string): Promise<void> {
    const operation = 'request_password_reset';
    // In a URL, dots alone would name another path, and half a character cannot be encoded.
    if (/^\.{0,2}$/.test(login) || !login.isWellFormed()) throw new FastlyInvalidId(operation);
    const path = `/user/${encodeURIComponent(login)}/password/request_reset`;
    await this.#calls.withToken({ operation, kind: 'mail', method: 'POST', path }, asJson(Done));
  }

  /** Sends the fields given, no others. Two-factor attributes are not editable here (seed); Fastly says so. */
  async updateUser(id: UserId, fields: UserFields): Promise<User> {
    const operation = 'update_user';
    const call = { operation, kind: 'change', method: 'PUT', path: userPath(operation, id) } as const;
    return await this.#calls.withToken({ ...call, ...formBody(fields) }, asJson(User), hasId(id));
  }

  /**
   * Changes the password of the account that `login` and `oldPassword` open, by HTTP Basic: the bot's token has
   * no part in it. A wrong current password throws `FastlyUnauthorized`. No error repeats Fastly's words: `msg` is one of
   * `PASSWORD_REFUSALS`, or `null`.
   */
  async updateUserPassword(login: string, oldPassword: Secret, newPassword: Secret): Promise<User> {
    const credentials = Buffer.from(`${login}:${oldPassword.reveal()}`).toString('base64');
    const { headers, body } = formBody({
      old_password: oldPassword.reveal(),
      new_password: newPassword.reveal(),
    });
    return await this.#calls.make(
      {
        operation: 'update_user_password',
        kind: 'mail',
        method: 'POST',
        path: '/current_user/password',
        headers: { ...headers, authorization: `Basic ${credentials}` },
        body,
      },
      asJson(User),
      inOurWords,
      hasLogin(login),
    );
  }

  /** All users of an account. Entries of another account are left out. */
  async listUsers(customerId: CustomerId): Promise<UserList> {
    const { entries: users, unreadable } = await this.#list('users', User, customerId);
    return { users, unreadable };
  }

  /** All API tokens of an account, browser sessions among them. Entries of another account are left out. */
  async listTokens(customerId: CustomerId): Promise<TokenList> {
    const { entries: tokens, unreadable } = await this.#list('tokens', ApiToken, customerId);
    return { tokens, unreadable };
  }

  /** Ends an API token for good. @throws {FastlyNotFound} when it is gone already */
  async revokeToken(id: ApiTokenId): Promise<void> {
    const operation = 'revoke_token';
    const path = `/tokens/${checked(operation, ApiTokenId, id)}`;
    await this.#calls.withToken({ operation, kind: 'change', method: 'DELETE', path }, asJson(z.unknown()));
  }

  /** The account behind the token, which has to be that of the token's user where that is known. */
  async currentCustomer(): Promise<Customer> {
    const isMeant = ({ id }: Customer) => this.#holder.account === null || id === this.#holder.account;
    return await this.#get('current_customer', '/current_customer', Customer, isMeant);
  }

  /** Has Fastly e-mail somebody an invitation to this account. */
  async createInvitation(invitee: Invitee, customerId: CustomerId): Promise<Invitation> {
    const call = {
      operation: 'create_invitation',
      kind: 'creation',
      method: 'POST',
      path: '/invitations',
    } as const;
    const body = JSON.stringify({
      data: { type: 'invitation', attributes: invitee, ...ofAccount(customerId) },
    });
    const { data } = await this.#calls.withToken(
      { ...call, headers: JSON_API_HEADERS, body },
      asJson(InvitationDocument),
      ({ data: { email } }) => canonical(email) === canonical(invitee.email),
    );
    return data;
  }

  /** All open invitations, oldest page first; at most `pages` of 100. */
  async listInvitations(pages = MOST_PAGES): Promise<Invitation[]> {
    const invitations: Invitation[] = [];
    for (let page = 1; page <= pages; page += 1) {
      const path = `/invitations?page%5Bnumber%5D=${page}&page%5Bsize%5D=${PAGE_SIZE}`;
      const call = { operation: 'list_invitations', kind: 'read', method: 'GET', path } as const;
      const { data, links } = await this.#calls.withToken(
        { ...call, headers: JSON_API_HEADERS, largestAnswer: LARGEST_PAGE },
        asJson(InvitationPage),
      );
      invitations.push(...data);
      if (!links?.next) break;
    }
    return invitations;
  }

  async deleteInvitation(id: InvitationId): Promise<void> {
    const operation = 'delete_invitation';
    const path = `/invitations/${checked(operation, InvitationId, id)}`;
    const call = { operation, kind: 'change', method: 'DELETE', path } as const;
    await this.#calls.withToken({ ...call, headers: JSON_API_HEADERS }, asJson(z.unknown()));
  }

  async #get<T>(
    operation: string,
    path: string,
    schema: z.ZodType<T>,
    isMeant: (answer: T) => boolean,
  ): Promise<T> {
    const call = { operation, kind: 'read', method: 'GET', path } as const;
    return await this.#calls.withToken(call, asJson(schema), isMeant);
  }

  async #list<T extends Entry>(
    of: 'users' | 'tokens',
    schema: z.ZodType<T>,
    customerId: CustomerId,
  ): Promise<AccountList<T>> {
    const operation = `list_${of}`;
    const path = `/customer/${checked(operation, CustomerId, customerId)}/${of}`;
    const call = { operation, kind: 'read', method: 'GET', path, largestAnswer: LARGEST_LIST[of] } as const;
    return await this.#calls.withToken(call, (pieces) => entriesIn(pieces, schema, customerId));
  }
}

const hasId = (id: UserId) => (user: User) => user.id === id;
const hasLogin = (login: string) => (user: User) => canonical(user.login) === canonical(login);

function userPath(operation: string, id: UserId): string {
  return `/user/${checked(operation, UserId, id)}`;
}

/** An id that may go into a path. @throws {FastlyInvalidId} */
function checked(operation: string, schema: z.ZodType, id: string): string {
  if (!schema.safeParse(id).success) throw new FastlyInvalidId(operation);
  return id;
}

/** A parameter that was not given is left out, never sent empty; booleans are `true` and `false`. */
function formBody(fields: Record<string, string | boolean | undefined>): {
  headers: Record<string, string>;
  body: string;
} {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: parameters.toString(),
  };
}
