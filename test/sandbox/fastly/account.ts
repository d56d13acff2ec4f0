import { z } from 'zod';
import type { JsonObject } from '../control/protocol.ts';
import { type ApiToken, completeToken } from './api-token.ts';
import { botTokenAt, peopleAt } from './dated-now.ts';
import { BOT_TOKEN, firstTokens } from './first-tokens.ts';
import type { Invitation } from './invitation.ts';
import { OWNER, PASSWORD, PEOPLE } from './people.ts';
import { CUSTOMER_ID, completeUser, timestamp, type User } from './user.ts';

const changeable = z.strictObject({
  owner_id: z.string().exactOptional(),
  force_sso: z.boolean().exactOptional(),
  force_2fa: z.boolean().exactOptional(),
  can_reset_passwords: z.boolean().exactOptional(),
});

const changeableToken = z.strictObject({
  user_id: z.string().nullable().exactOptional(),
  scope: z.string().exactOptional(),
  services: z.array(z.string()).exactOptional(),
  expires_at: z.iso.datetime().nullable().exactOptional(),
});

/** The account as the service sends it. */
export type Customer = JsonObject & { owner_id: string; can_reset_passwords: boolean };

/** What the service keeps: the customer, the bot's token and others, its users with their passwords, and the invitations. */
export class Account {
  customer: Customer = {
    id: CUSTOMER_ID,
    name: 'Example Corp',
    owner_id: OWNER.id,
    force_sso: false,
    force_2fa: false,
    can_reset_passwords: true,
    can_upload_vcl: true,
    pricing_plan: 'customer',
    billing_contact_id: null,
    security_contact_id: null,
    technical_contact_id: null,
    created_at: '2016-03-01T08:12:44Z',
    updated_at: '2025-02-03T13:20:00Z',
    deleted_at: null,
  };
  /** The token that the sandbox hands out. */
  token: ApiToken;
  readonly users: Map<string, User>;
  readonly invitations = new Map<string, Invitation>();
  readonly now: () => number;
  readonly #removed = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #tokens: Map<string, ApiToken>;
  readonly #passwords = new Map<string, string>();

  /** `now` gives Unix milliseconds. `datedNow`: the dates of people and token are moved up to the start. */
  constructor(now: () => number, datedNow: boolean) {
    this.now = now;
    const people = datedNow ? peopleAt(now()) : PEOPLE;
    this.users = new Map(people.map((user) => [user.id, { ...user }]));
    this.token = datedNow ? botTokenAt(now()) : BOT_TOKEN;
    this.#tokens = new Map(firstTokens(now()).map((token) => [token.id, token]));
  }

  /** The present, in the service's notation. */
  timestamp(): string {
    return timestamp(this.now());
  }

  /**
   * Logins are alike whatever their case, but of two that differ in nothing else the one as written counts. A deleted
   * user's login is free.
   */
  userByLogin(login: string): User | undefined {
    const sought = login.toLowerCase();
    const alike = [...this.users.values()].filter(
      (user) => user.deleted_at === null && user.login.toLowerCase() === sought,
    );
    return alike.find((user) => user.login === login) ?? alike[0];
  }

  put(given: JsonObject): User {
    const user = completeUser(given);
    this.users.set(user.id, user);
    this.#removed.delete(user.id);
    return user;
  }

  /** Changes the user's fields and its `updated_at`. */
  update(user: User, changes: Partial<User>): User {
    const updated: User = { ...user, ...changes, updated_at: this.timestamp() };
    this.users.set(user.id, updated);
    return updated;
  }

  /** False when there is no such user, now or before. */
  remove(id: string): boolean {
    if (this.users.delete(id)) this.#removed.add(id);
    return this.#removed.has(id);
  }

  /** All tokens that were not revoked, the one that the sandbox hands out first; expired ones too. */
  tokens(): ApiToken[] {
    return [this.token, ...this.#tokens.values()].filter(({ id }) => !this.#revoked.has(id));
  }

  /** @throws ZodError when a field has another type. */
  putToken(given: JsonObject): ApiToken {
    const token = completeToken(given);
    this.#tokens.set(token.id, token);
    this.#revoked.delete(token.id);
    return token;
  }

  /** Ends the token; false when there is none with this id. */
  revoke(id: string): boolean {
    const known = this.tokens().some((token) => token.id === id);
    this.#revoked.add(id);
    return known;
  }

  /** Ends every token of the user. */
  revokeAllOf(userId: string): void {
    for (const { id, user_id } of this.tokens()) if (user_id === userId) this.revoke(id);
  }

  /** Whether nobody can use the token any more. */
  isOver({ id, expires_at }: ApiToken): boolean {
    return this.#revoked.has(id) || (expires_at !== null && this.now() >= Date.parse(expires_at));
  }

  passwordOf(user: User): string {
    return this.#passwords.get(user.id) ?? PASSWORD;
  }

  setPassword(user: User, password: string): void {
    this.#passwords.set(user.id, password);
  }

  /** @throws ZodError for any other field. */
  patchCustomer(fields: JsonObject): Customer {
    this.customer = { ...this.customer, ...changeable.parse(fields), updated_at: this.timestamp() };
    return this.customer;
  }

  /** @throws ZodError for any other field. */
  patchToken(fields: JsonObject): ApiToken {
    this.token = { ...this.token, ...changeableToken.parse(fields) };
    return this.token;
  }

  /** Those that can still be accepted, oldest first. The others stay on the service's list as inactive. */
  openInvitations(): Invitation[] {
    return [...this.invitations.values()].filter((invitation) => this.now() < invitation.expires);
  }
}
