import { z } from 'zod';
import type { CustomerId, UserFields } from './user.ts';

/** An invitation's id, as the service gives it. */
export const InvitationId = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_-]+$/)
  .brand<'InvitationId'>();
export type InvitationId = z.infer<typeof InvitationId>;

/** How `status_code` says that an invitation is no longer active (unverified). Any other word counts as active. */
const INACTIVE: readonly unknown[] = [0, false];

/** An open invitation, as the service sends it (JSON:API). It expires 7 days after it was sent. */
export const Invitation = z
  .object({
    id: InvitationId,
    attributes: z.object({
      email: z.string(),
      role: z.string().nullish(),
      limit_services: z.boolean().nullish(),
      created_at: z.string().nullish(),
      status_code: z.unknown().optional(),
    }),
  })
  .transform(({ id, attributes: { status_code, ...shown } }) => ({
    id,
    ...shown,
    active: !INACTIVE.includes(status_code),
  }));
export type Invitation = z.infer<typeof Invitation>;

export const InvitationDocument = z.object({ data: Invitation });

/** A page of them. What in the list is no invitation, or no longer active, is left out. */
export const InvitationPage = z.object({
  data: z
    .array(z.unknown())
    .transform((list) => list.flatMap((each) => Invitation.safeParse(each).data ?? []))
    .transform((invitations) => invitations.filter(({ active }) => active)),
  links: z.object({ next: z.string().nullish() }).nullish().catch(null),
});

export type Invitee = { email: string; role?: string; limit_services?: boolean };

/** The part of the document that names the account (Fastly's own example). */
export function ofAccount(customerId: CustomerId) {
  return { relationships: { customer: { data: { id: customerId, type: 'customer' } } } };
}

/** An invitation says no more of somebody than this; the rest they choose themselves, or is set later. */
export function inviteeOf(
  email: string,
  { role, limit_services }: Pick<UserFields, 'role' | 'limit_services'>,
): Invitee {
  return {
    email,
    ...(role !== undefined && { role }),
    ...(limit_services !== undefined && { limit_services }),
  };
}
