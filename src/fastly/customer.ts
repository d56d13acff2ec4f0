import { z } from 'zod';
import { CustomerId, UserId } from './user.ts';

/** The account, as `GET /current_customer` tells it. */
export const Customer = z.object({
  id: CustomerId,
  name: z.string().nullish(),
  /** Cannot be deleted before ownership is transferred. */
  owner_id: UserId.nullish(),
  /** People sign in through single sign-on; passwords mean little. */
  force_sso: z.boolean().nullish(),
  force_2fa: z.boolean().nullish(),
  can_reset_passwords: z.boolean().nullish(),
});
export type Customer = z.infer<typeof Customer>;
