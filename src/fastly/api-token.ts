import { z } from 'zod';
import { moment, UserId } from './user.ts';

/**
 * An API token, as `GET /tokens/self` tells of it; never the token itself.
 *
 * @see https://www.fastly.com/documentation/reference/api/auth-tokens/user/
 */
export const ApiToken = z.object({
  id: z.string(),
  /** Nothing for an automation token, which belongs to no user. */
  user_id: UserId.nullish().catch(undefined),
  /** Words such as `global` or `purge_all`, with spaces between; nothing where Fastly has not said it. */
  scope: z.string().nullish().catch(undefined),
  /** Ids of the services it is for; empty or nothing: all of them. */
  services: z.array(z.string()).nullish().catch(undefined),
  /** ISO 8601; null: never; nothing where Fastly has not said it. */
  expires_at: moment,
});
export type ApiToken = z.infer<typeof ApiToken>;
