import { z } from 'zod';
import { CustomerId, moment, UserId } from './user.ts';

/** An API token's id, which tells nothing of the token itself. */
export const ApiTokenId = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_-]+$/)
  .brand<'ApiTokenId'>();
export type ApiTokenId = z.infer<typeof ApiTokenId>;

const words = z.string().nullish().catch(undefined);

/**
 * An API token, as Fastly's lists and `GET /tokens/self` tell of it; never the token itself. Of each time: ISO 8601, null
 * where it never happens or happened, nothing where Fastly has not said it.
 *
 * @see https://www.fastly.com/documentation/reference/api/auth-tokens/user/
 */
export const ApiToken = z.object({
  id: ApiTokenId,
  /** Null for an automation token, which belongs to no user. */
  user_id: UserId.nullish(),
  customer_id: CustomerId.nullish(),
  name: words,
  /** Words such as `global` or `purge_all`, with spaces between; nothing where Fastly has not said it. */
  scope: words,
  /** Ids of the services it is for; empty or null: all of them; nothing where Fastly has not said it. */
  services: z.array(z.string()).nullish().catch(undefined),
  created_at: moment,
  last_used_at: moment,
  expires_at: moment,
  /** Of the client that used it last. */
  user_agent: words,
  ip: words,
});
export type ApiToken = z.infer<typeof ApiToken>;

/** The tokens of an account, browser sessions among them, and how many further entries of the list could not be read. */
export type TokenList = { tokens: ApiToken[]; unreadable: number };

/** Whether its time is over. Fastly may list it still. @param now Unix milliseconds */
export function isExpired({ expires_at: expires }: Pick<ApiToken, 'expires_at'>, now: number): boolean {
  return expires ? Date.parse(expires) <= now : false;
}

/** Whether it may do everything that its user may. */
export function isGlobal({ scope }: Pick<ApiToken, 'scope'>): boolean {
  return scope?.split(/\s+/).includes('global') ?? false;
}
