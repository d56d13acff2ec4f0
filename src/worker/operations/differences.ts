import type { Obstacle } from '../../approvals/request.ts';
import type { CurrentSettings } from '../../changes/settings.ts';
import type { Target } from '../../changes/target.ts';

type Difference = Extract<Obstacle, { kind: 'changed' }>['differences'][number];

/** What was shown to the approvers and is not so any more. */
export function differencesOf(approved: Target, found: Target): Difference[] {
  const lock = ({ locked }: Target) => (locked ? 'locked' : 'not locked');
  return only([
    { field: 'login', approved: approved.login, found: found.login },
    { field: 'name', approved: approved.name, found: found.name },
    { field: 'role', approved: approved.role ?? 'not set', found: found.role ?? 'not set' },
    { field: 'lock', approved: lock(approved), found: lock(found) },
  ]);
}

/** The same for the settings that a target does not have. */
export function settingDifferencesOf(approved: CurrentSettings, found: CurrentSettings): Difference[] {
  const word = (value: boolean | null) => (value ? 'yes' : 'no');
  return only([
    {
      field: 'limited services',
      approved: word(approved.limit_services),
      found: word(found.limit_services),
    },
    {
      field: 'password change required',
      approved: word(approved.require_new_password),
      found: word(found.require_new_password),
    },
  ]);
}

function only(compared: readonly Difference[]): Difference[] {
  return compared.filter(({ approved, found }) => approved !== found);
}
