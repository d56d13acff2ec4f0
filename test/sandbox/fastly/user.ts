import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../control/protocol.ts';

/** The account's customer id. */
export const CUSTOMER_ID = 'TqW4mVbZ81sKcYhR0xLdNe';

/** The roles this account knows: the four of old, and newer ones. A user can have any other, which nobody can set. */
export const ROLES = [
  ...['user', 'billing', 'engineer', 'superuser'],
  ...['tls_viewer', 'tls_admin', 'ngwaf_observer', 'ngwaf_user', 'ngwaf_admin', 'ngwaf_owner'],
];

const text = z.string().exactOptional();
const time = z.string().nullable().exactOptional();
const flag = z.boolean().nullable().exactOptional();
const givenFields = z
  .object({
    id: text,
    customer_id: text,
    name: text,
    login: text,
    role: text,
    created_at: text,
    updated_at: text,
    deleted_at: time,
    last_active_at: time,
    locked: flag,
    limit_services: flag,
    require_new_password: flag,
    two_factor_auth_enabled: flag,
  })
  .catchall(z.json());

/**
 * A user as the service sends it. Times are ISO 8601 in UTC; a null flag means 'not set'. Further fields, such as
 * `email_hash` or `roles`, are there for some users and not for others.
 */
export type User = JsonObject & {
  id: string;
  customer_id: string;
  name: string;
  login: string;
  role: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  locked: boolean | null;
  limit_services: boolean | null;
  require_new_password: boolean | null;
  two_factor_auth_enabled: boolean | null;
};

/**
 * The user of which only some fields are given; the others get believable values, the optional ones stay away.
 * @throws ZodError when a field Fastly always sends has another type.
 */
export function completeUser(given: JsonObject): User {
  const fields = givenFields.parse(given);
  const id = fields.id ?? newId();
  const created = fields.created_at ?? '2024-02-12T09:30:00Z';
  const login = fields.login ?? `${id.toLowerCase()}@example.com`;
  return {
    customer_id: CUSTOMER_ID,
    role: 'user',
    updated_at: created,
    deleted_at: null,
    last_active_at: null,
    locked: null,
    limit_services: false,
    require_new_password: null,
    two_factor_auth_enabled: null,
    ...fields,
    id,
    login,
    name: fields.name ?? login,
    created_at: created,
  };
}

/** 22 alphanumeric characters, as the service's ids. */
export function newId(): string {
  return Array.from(randomBytes(22), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The instant (Unix milliseconds) to the second, in the service's notation. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
