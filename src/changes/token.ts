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
