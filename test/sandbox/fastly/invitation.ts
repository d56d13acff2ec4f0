import type { Json } from '../control/protocol.ts';
import { CUSTOMER_ID, newId, timestamp } from './user.ts';

const SEVEN_DAYS = 7 * 24 * 3_600_000;

/** Who is invited, and as what. */
export type Invitee = { email: string; role: string; limit_services: boolean };

export type Invitation = {
  id: string;
  invitee: Invitee;
  /** Unix milliseconds. */
  created: number;
  /** Unix milliseconds; seven days after it was sent. */
  expires: number;
};

export function newInvitation(invitee: Invitee, now: number): Invitation {
  return { id: newId(), invitee, created: now, expires: now + SEVEN_DAYS };
}

/** The invitation as a JSON:API resource. `now` is in Unix milliseconds: an invitation that has expired is inactive. */
export function invitationResource(
  { id, invitee, created, expires }: Invitation,
  now: number,
): { [field: string]: Json } {
  const sent = timestamp(created);
  return {
    id,
    type: 'invitation',
    attributes: {
      ...invitee,
      status_code: now < expires ? 1 : 0,
      created_at: sent,
      updated_at: sent,
      deleted_at: null,
    },
    relationships: {
      customer: { data: { id: CUSTOMER_ID, type: 'customer' } },
      service_invitations: { data: [] },
    },
  };
}
