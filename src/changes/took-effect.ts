import { userWithLogin } from '../fastly/account-users.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import type { Invitation } from '../fastly/invitation.ts';
import type { User, UserId } from '../fastly/user.ts';
import { type CurrentSettings, only, type Settings, unmet } from './settings.ts';
import { settingsOf } from './snapshot.ts';

/**
 * Whether a change whose answer was lost has been carried out: each asks Fastly now, and gives what is there when it is
 * as it was wanted, else null.
 *
 * @throws {FastlyError} when Fastly cannot be asked
 */
export async function updatedUser(
  fastly: FastlyClient,
  id: UserId,
  settings: Settings,
): Promise<User | null> {
  try {
    const user = await fastly.getUser(id);
    return !user.deleted_at && hasSettings(user, settings) ? user : null;
  } catch (error) {
    if (isFastlyError(error) && error.kind === 'not_found') return null;
    throw error;
  }
}

export async function createdUser(
  fastly: FastlyClient,
  login: string,
  settings: Settings,
): Promise<User | null> {
  const user = await userWithLogin(fastly, login);
  return user && hasSettings(user, settings) ? user : null;
}

export async function sentInvitation(
  fastly: FastlyClient,
  email: string,
  settings: Settings,
): Promise<Invitation | null> {
  const invitation = await openInvitation(fastly, email);
  return invitation && isAsInvited(invitation, settings) ? invitation : null;
}

/**
 * What became of an invitation that was to be withdrawn. One that was accepted is off the list, too, but has left a user.
 *
 * @throws {FastlyError} when Fastly cannot be asked
 */
export async function endOfInvitation(
  fastly: FastlyClient,
  { id, email }: Pick<Invitation, 'id' | 'email'>,
): Promise<'open' | 'accepted' | 'withdrawn'> {
  if ((await fastly.listInvitations()).some((invitation) => invitation.id === id)) return 'open';
  return (await userWithLogin(fastly, email)) === null ? 'withdrawn' : 'accepted';
}

/** The open invitation to an address, letter case aside. */
export async function openInvitation(fastly: FastlyClient, email: string): Promise<Invitation | null> {
  const wanted = email.toLowerCase();
  return (await fastly.listInvitations()).find((each) => each.email.toLowerCase() === wanted) ?? null;
}

/** Whether a user has all that was to be set. */
export function hasSettings(user: User, settings: Settings): boolean {
  return unmet(settings, settingsOf(user)).length === 0;
}

/** Whether an invitation is to what was wanted, as far as one says it. */
export function isAsInvited(invitation: Invitation, settings: Settings): boolean {
  const said = only(settings, ['role', 'limit_services']);
  return unmet(said, settingsOfInvitation(invitation)).length === 0;
}

/** What an invitation says of who comes. */
export function settingsOfInvitation({ role, limit_services }: Invitation): CurrentSettings {
  return {
    name: null,
    role: role ?? null,
    limit_services: limit_services ?? null,
    locked: null,
    require_new_password: null,
    two_factor_auth_enabled: null,
    two_factor_setup_required: null,
  };
}
