import { z } from 'zod';

/** The user whom a request is about, as they were when it was filed: what approvers are shown, and what must still hold. */
export const Target = z.object({
  id: z.string().regex(/^[A-Za-z0-9]+$/),
  login: z.string(),
  /** The name, or the login where there is none. */
  name: z.string(),
  role: z.string().nullable(),
  /** Ids or names; not there where Fastly does not say, and in requests that were stored before this was. */
  roles: z.array(z.string()).exactOptional(),
  locked: z.boolean(),
  twoFactor: z.boolean().nullable(),
  /** ISO 8601; null for never, not there where Fastly does not say. */
  lastActiveAt: z.string().nullable().exactOptional(),
});
export type Target = z.infer<typeof Target>;
