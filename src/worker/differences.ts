import type { Obstacle } from '../approvals/request.ts';
import type { CurrentSettings } from '../changes/settings.ts';
import type { Target } from '../changes/target.ts';
import { cut } from '../messages/kit/plain.ts';

/** More of a list of roles is no help to those who compare two. */
const ROLES_LENGTH = 200;

type Difference = Extract<Obstacle, { kind: 'changed' }>['differences'][number];

/** What the approvers were shown of a user and is different now. */
export function differencesOf(approved: Target, found: Target): Difference[] {
  const lock = ({ locked }: Target) => (locked ? 'locked' : 'not locked');
  return [
    ...difference('login', approved.login, found.login),
    ...difference('name', approved.name, found.name),
    ...difference('role', approved.role ?? 'not set', found.role ?? 'not set'),
    ...rolesDifference(approved.roles, found.roles ?? []),
    ...difference('lock', lock(approved), lock(found)),
  ];
}

/** The same for the settings that a `Target` does not hold. */
export function settingDifferencesOf(approved: CurrentSettings, found: CurrentSettings): Difference[] {
  const word = (value: boolean | null) => (value ? 'yes' : 'no');
  return [
    ...difference('limited services', word(approved.limit_services), word(found.limit_services)),
    ...difference(
      'password change required',
      word(approved.require_new_password),
      word(found.require_new_password),
    ),
  ];
}

/** A request that was stored before roles were says nothing of them, which is no difference. */
function rolesDifference(approved: readonly string[] | undefined, found: readonly string[]): Difference[] {
  if (approved === undefined) return [];
  const listed = (roles: readonly string[]) => [...new Set(roles)].sort().join(', ') || 'none';
  return difference('roles', listed(approved), listed(found)).map(({ field, approved, found }) => ({
    field,
    approved: cut(approved, ROLES_LENGTH),
    found: cut(found, ROLES_LENGTH),
  }));
}

export function difference(field: Difference['field'], approved: string, found: string): Difference[] {
  return approved === found ? [] : [{ field, approved, found }];
}
