import { z } from 'zod';

const moment = z.string().nullable().exactOptional();

/** An API token that programs use, as a request keeps it: what approvers are shown. */
export const ListedToken = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  /** Null where Fastly does not say. */
  name: z.string().nullable(),
  scope: z.string().nullable(),
  /** For how many services; 0 for all of them, null where Fastly does not say. */
  services: z.int().nullable(),
  /** ISO 8601; null for never, not there where Fastly does not say. */
  createdAt: moment,
  lastUsedAt: moment,
  expiresAt: moment,
});
export type ListedToken = z.infer<typeof ListedToken>;

/** Whose tokens a request is about. The user may be deleted already. */
export const TokenOwner = z.object({
  id: z.string().regex(/^[A-Za-z0-9]+$/),
  login: z.string(),
  /** The name, or the login where there is none. */
  name: z.string(),
});
export type TokenOwner = z.infer<typeof TokenOwner>;

/** How many of the account's tokens could not be read, and may be the user's; not there for none. */
const unreadable = z.int().exactOptional();

/** The tokens that a request is about, as they were at `readAt` (Unix milliseconds). */
export const TokenSnapshot = z.object({
  readAt: z.number(),
  tokens: z.array(ListedToken),
  unreadable,
});
export type TokenSnapshot = z.infer<typeof TokenSnapshot>;

/** Tokens that are still listed after a deletion; null: nobody could look. `ended`: how many of those shown are gone. */
export const TokensLeft = z.object({
  ended: z.int(),
  left: z.array(ListedToken).nullable(),
  unreadable,
});
export type TokensLeft = z.infer<typeof TokensLeft>;
