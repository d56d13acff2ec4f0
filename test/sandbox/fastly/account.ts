import { z } from 'zod';
import type { JsonObject } from '../control/protocol.ts';
import type { Invitation } from './invitation.ts';
import { BOT_ACCOUNT, OWNER, PASSWORD, PEOPLE } from './people.ts';
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

/** The token that the sandbox hands out, as the service tells of it: never the secret itself. */
export type ApiToken = JsonObject & { scope: string; expires_at: string | null };

/** The account as the service sends it. */
export type Customer = JsonObject & { owner_id: string; can_reset_passwords: boolean };

/** What the service keeps: the customer, the bot's token, its users with their passwords, and the invitations. */
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
  token: ApiToken = {
    id: '3LnXk9tQ2bRz7VpYw0HcSd',
    user_id: BOT_ACCOUNT.id,
    customer_id: CUSTOMER_ID,
    name: 'fastly-user-bot',
    scope: 'global',
    services: [],
    created_at: '2025-01-14T10:05:00Z',
    last_used_at: null,
    expires_at: null,
    ip: null,
    user_agent: null,
    sudo_expires_at: null,
  };
  readonly users = new Map(PEOPLE.map((user) => [user.id, { ...user }]));
  readonly invitations = new Map<string, Invitation>();
  readonly now: () => number;
  readonly #removed = new Set<string>();
  readonly #passwords = new Map<string, string>();

  /** `now` gives Unix milliseconds. */
  constructor(now: () => number) {
    this.now = now;
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
