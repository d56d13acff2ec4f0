import { z } from 'zod';

/** A Fastly user's id: letters and digits (seed). The length varies; what is longer than any id Slack carries is none. */
export const UserId = z
  .string()
  .regex(/^[A-Za-z0-9]{1,255}$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** A Fastly account's id, of the same form. */
export const CustomerId = z
  .string()
  .regex(/^[A-Za-z0-9]+$/)
  .brand<'CustomerId'>();
export type CustomerId = z.infer<typeof CustomerId>;

/** `true`, `false`, `null` where Fastly says 'not set', `undefined` where it did not send the field. */
const flag = z.boolean().nullish();
/** How Fastly writes a moment. `Date.parse` takes all of these, and several times as long. */
const USUAL_MOMENT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** ISO 8601, `null` where it never happened. One that cannot be read counts as not sent: it makes nobody less a user. */
export const moment = z
  .string()
  .refine((text) => USUAL_MOMENT.test(text) || !Number.isNaN(Date.parse(text)))
  .nullish()
  .catch(undefined);

/**
 * A user as the service sends it. Only what identifies one is demanded: fields come and go between accounts, and
 * an unknown role is a word like any other. `.nullish()` keeps 'not set' (`null`) apart from 'not sent'.
 */
export const User = z.object({
  id: UserId,
  login: z.string().refine((login) => login.trim() !== ''),
  name: z.string().nullish(),
  // A role without a letter is none: Slack takes no empty option or cell.
  role: z
    .string()
    .transform((role) => (role.trim() === '' ? null : role))
    .nullish(),
  // What cannot be read counts as one more role, of which nothing is known: it makes nobody less than they are.
  roles: z
    .unknown()
    .optional()
    .transform((value) => {
      if (value === null || value === undefined) return undefined;
      return (Array.isArray(value) ? value : [value]).map(roleEntry);
    }),
  customer_id: CustomerId.nullish(),
  locked: flag,
  limit_services: flag,
  require_new_password: flag,
  two_factor_auth_enabled: flag,
  two_factor_setup_required: flag,
  created_at: moment,
  updated_at: moment,
  // Whatever stands here other than nothing, the user is gone.
  deleted_at: z
    .unknown()
    .optional()
    .transform((value) => (value === null || value === undefined ? value : String(value))),
  last_active_at: moment,
});
export type User = z.infer<typeof User>;

/** The users of an account, each id once, and how many further entries of the list could not be read. */
export type UserList = { users: User[]; unreadable: number };

/** A role in a user's list: an id (recorded), or the name where there is one. */
function roleEntry(entry: unknown): string {
  const { data } = z.object({ name: z.string().optional(), id: z.string().optional() }).safeParse(entry);
  return typeof entry === 'string' ? entry : (data?.name ?? data?.id ?? `[${JSON.stringify(entry)}]`);
}

/** What create and update take (seed). What is left out is not sent. */
export type UserFields = {
  login?: string;
  name?: string;
  limit_services?: boolean;
  locked?: boolean;
  require_new_password?: boolean;
  role?: string;
  two_factor_auth_enabled?: boolean;
  two_factor_setup_required?: boolean;
};

/** What people call the user: the name, or the login where there is no name. */
export function nameOf(user: User): string {
  return user.name?.trim() || user.login;
}

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
