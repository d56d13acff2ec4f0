import { furtherRoles, type HasRoles, isSameRole } from './roles.ts';

/**
 * Whether a user is a Fastly superuser: by `role`, or by one of `roles` with that name. `unknown`: there are further
 * roles whose names Fastly does not tell. Whoever asks takes the stricter reading then.
 */
export function superuserStanding(user: HasRoles): 'yes' | 'no' | 'unknown' {
  const { named, unnamed } = furtherRoles(user);
  if (isSuperuserRole(user.role) || named.some(isSuperuserRole)) return 'yes';
  return unnamed > 0 ? 'unknown' : 'no';
}

/** Whether the user surely is one. */
export function isSuperuser(user: HasRoles): boolean {
  return superuserStanding(user) === 'yes';
}

/** Whether the user is one, or could be. */
export function mayBeSuperuser(user: HasRoles): boolean {
  return superuserStanding(user) !== 'no';
}

/** Whether a word is that role, however it is written: what Fastly may take for it counts as it. */
export function isSuperuserRole(role: string | null | undefined): boolean {
  return isSameRole(role ?? '', 'superuser');
}
