import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Secret } from '../config/secret.ts';
import { MEBIBYTE } from '../http/bounded-body.ts';
import { type AccountList, type Entry, entriesIn } from './account-list.ts';
import { asJson, type Reader } from './answer-reader.ts';
import { ApiToken, ApiTokenId, type TokenList } from './api-token.ts';
import { canonical } from './canonical.ts';
import {
  type FastlyError,
  FastlyInvalidId,
  FastlyNotFound,
  FastlyOtherUser,
  FastlyUnexpectedAnswer,
  isFastlyError,
} from './errors.ts';
import { formBody } from './form-body.ts';
import {
  type Invitation,
  InvitationDocument,
  InvitationId,
  InvitationPage,
  type Invitee,
  ofAccount,
} from './invitation.ts';
import { inOurWords, problemOf, type Redaction, refusalOf, withoutToken } from './refusal.ts';
import { TokenHolder, type TokenProblem } from './token.ts';
import { type Answer, type Call, type Read, Transport, type TransportListener } from './transport.ts';
import { Customer, CustomerId, User, type UserFields, UserId, type UserList } from './user.ts';

type FastlyClientOptions = Partial<TransportListener> & {
  token: Secret;
  /** `https://api.fastly.com`, or a server that speaks its protocol. */
  baseUrl: string;
  /** Deadline of a whole call with all its attempts, in milliseconds. */
  timeout: number;
  /** Told of every answer about somebody else, whatever becomes of the error. */
  onOtherUser?: (error: FastlyOtherUser) => void;
  /** Told what keeps the token from changing users, and with null that nothing does any more. */
  onTokenProblem?: (problem: TokenProblem | null) => void;
  /** Told once, when Fastly says whose account it is. */
  onAccount?: (account: CustomerId) => void;
  /** Told after each call with the token whether Fastly refuses it (401). */
  onTokenRefused?: (refused: boolean) => void;
  /** Told after each call whether Fastly could be used: why not, or null. A refusal and a rate limit are answers. */
  onReach?: OnReach;
  dispatcher: Dispatcher;
};
type OnReach = (error: FastlyError | null) => void;

const AWAY: readonly FastlyError['kind'][] = ['unavailable', 'timed_out', 'cut_off'];

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
  readonly #token: Secret;
  readonly #transport: Transport;
  readonly #onOtherUser: (error: FastlyOtherUser) => void;
  readonly #onReach: OnReach;
  readonly #onTokenRefused: (refused: boolean) => void;
  readonly #holder: TokenHolder;

  constructor({ token, baseUrl, timeout, dispatcher, ...told }: FastlyClientOptions) {
    this.#token = token;
    this.#onOtherUser = told.onOtherUser ?? (() => {});
    this.#holder = new TokenHolder(told.onTokenProblem ?? (() => {}), told.onAccount ?? (() => {}));
    this.#transport = new Transport(baseUrl, timeout, dispatcher, told);
    this.#onReach = told.onReach ?? (() => {});
    this.#onTokenRefused = told.onTokenRefused ?? (() => {});
  }

  /** Creates a user directly. Accounts that came after April 2025 refuse this and take invitations. */
  async createUser(fields: UserFields & { login: string }): Promise<User> {
    const call = { operation: 'create_user', kind: 'creation', method: 'POST', path: '/user' } as const;
    return await this.#withToken({ ...call, ...formBody(fields) }, asJson(User), hasLogin(fields.login));
  }

  /** Fastly answers 'ok' for a user who was already gone, too. */
  async deleteUser(id: UserId): Promise<void> {
    const operation = 'delete_user';
    await this.#withToken(
      { operation, kind: 'change', method: 'DELETE', path: userPath(operation, id) },
      asJson(Done),
    );
  }

  /** The user behind the token, who is the same whenever Fastly is asked. */
  async getCurrentUser(): Promise<User> {
    const call = {
      operation: 'get_current_user',
      kind: 'read',
      method: 'GET',
      path: '/current_user',
    } as const;
    try {
      const holder = await this.#withToken(call, asJson(User), (user) => this.#holder.canBe(user));
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
    const call = { operation: 'current_token', kind: 'read', method: 'GET', path: '/tokens/self' } as const;
    return await this.#withToken(
      call,
      asJson(ApiToken),
      ({ user_id: id }) => !id || this.#holder.canBe({ id }),
    );
  }

  async getUser(id: UserId): Promise<User> {
    const operation = 'get_user';
    return await this.#withToken(
      { operation, kind: 'read', method: 'GET', path: userPath(operation, id) },
      asJson(User),
      hasId(id),
    );
  }

  /** Has Fastly e-mail the user a link to choose a new password. */
  async requestPasswordReset(login: string): Promise<void> {
    const operation = 'request_password_reset';
    // In a URL, dots alone would name another path, and half a character cannot be encoded.
    if (/^\.{0,2}$/.test(login) || !login.isWellFormed()) throw new FastlyInvalidId(operation);
    const path = `/user/${encodeURIComponent(login)}/password/request_reset`;
    await this.#withToken({ operation, kind: 'mail', method: 'POST', path }, asJson(Done));
  }

  /** Sends the fields given, no others. Two-factor attributes are not editable here (seed); Fastly says so. */
  async updateUser(id: UserId, fields: UserFields): Promise<User> {
    const operation = 'update_user';
    const call = { operation, kind: 'change', method: 'PUT', path: userPath(operation, id) } as const;
    return await this.#withToken({ ...call, ...formBody(fields) }, asJson(User), hasId(id));
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
    return await this.#call(
      {
        operation: 'update_user_password',
        kind: 'mail',
        method: 'POST',
        path: '/current_user/password',
        headers: {
          ...headers,
          authorization: `Basic ${credentials}`,
        },
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
    if (!ApiTokenId.safeParse(id).success) throw new FastlyInvalidId(operation);
    const call = { operation, kind: 'change', method: 'DELETE', path: `/tokens/${id}` } as const;
    await this.#withToken(call, asJson(z.unknown()));
  }

  /** The account behind the token, which has to be that of the token's user where that is known. */
  async currentCustomer(): Promise<Customer> {
    const call = {
      operation: 'current_customer',
      kind: 'read',
      method: 'GET',
      path: '/current_customer',
    } as const;
    return await this.#withToken(
      call,
      asJson(Customer),
      ({ id }) => this.#holder.account === null || id === this.#holder.account,
    );
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
    const { data } = await this.#withToken(
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
      const call = {
        operation: 'list_invitations',
        kind: 'read',
        method: 'GET',
        path,
        largestAnswer: LARGEST_PAGE,
      } as const;
      const { data, links } = await this.#withToken(
        { ...call, headers: JSON_API_HEADERS },
        asJson(InvitationPage),
      );
      invitations.push(...data);
      if (!links?.next) break;
    }
    return invitations;
  }

  /** Withdraws an open invitation. */
  async deleteInvitation(id: InvitationId): Promise<void> {
    const operation = 'delete_invitation';
    if (!InvitationId.safeParse(id).success) throw new FastlyInvalidId(operation);
    const call = { operation, kind: 'change', method: 'DELETE', path: `/invitations/${id}` } as const;
    await this.#withToken({ ...call, headers: JSON_API_HEADERS }, asJson(z.unknown()));
  }

  async #list<T extends Entry>(
    of: 'users' | 'tokens',
    schema: z.ZodType<T>,
    customerId: CustomerId,
  ): Promise<AccountList<T>> {
    const operation = `list_${of}`;
    if (!CustomerId.safeParse(customerId).success) throw new FastlyInvalidId(operation);
    const path = `/customer/${customerId}/${of}`;
    const call = { operation, kind: 'read', method: 'GET', path, largestAnswer: LARGEST_LIST[of] } as const;
    return await this.#withToken(call, (pieces) => entriesIn(pieces, schema, customerId));
  }

  async #withToken<T>(
    call: Omit<Call, 'headers'> & Partial<Pick<Call, 'headers'>>,
    read: Reader<T>,
    isMeant?: (answer: T) => boolean,
  ): Promise<T> {
    const headers = { ...call.headers, 'fastly-key': this.#token.reveal() };
    try {
      const result = await this.#call({ ...call, headers }, read, withoutToken(this.#token), isMeant);
      this.#onTokenRefused(false);
      return result;
    } catch (error) {
      if (isFastlyError(error) && error.kind === 'unauthorized') this.#onTokenRefused(true);
      throw error;
    }
  }

  /**
   * @param redacted what of a refusal's words goes into the error, as Fastly can quote what was sent
   * @param isMeant whether an answer is about whom the call was about
   */
  async #call<T>(
    call: Call,
    read: Reader<T>,
    redacted: Redaction,
    isMeant: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const { status, content } = await this.#reach(call, read, redacted);
    const changes = call.kind !== 'read';
    if (!content.success) {
      throw new FastlyUnexpectedAnswer(call.operation, status, problemOf(content.error), changes);
    }
    if (isMeant(content.data)) return content.data;
    const error = new FastlyOtherUser(call.operation, status, changes);
    this.#onOtherUser(error);
    throw error;
  }

  /** An answer below 300. A proxy's page, which is none of Fastly's, counts as an outage. */
  async #reach<T>(call: Call, read: Read<T>, redacted: Redaction): Promise<Answer<T>> {
    try {
      const headers = { accept: 'application/json', ...call.headers };
      const answer = await this.#transport.send({ ...call, headers }, read);
      if ('body' in answer) throw refusalOf(call, answer, redacted);
      this.#onReach(null);
      return answer;
    } catch (error) {
      if (isFastlyError(error)) this.#onReach(AWAY.includes(error.kind) ? error : null);
      throw error;
    }
  }
}

const hasId = (id: UserId) => (user: User) => user.id === id;
const hasLogin = (login: string) => (user: User) => canonical(user.login) === canonical(login);

function userPath(operation: string, id: UserId): string {
  if (!UserId.safeParse(id).success) throw new FastlyInvalidId(operation);
  return `/user/${id}`;
}
