import type { Invitation } from '../fastly/invitation.ts';
import type { ChangeKind, Settlement } from './change.ts';
import { type CurrentSettings, only, type Setting, type Settings, unmet } from './settings.ts';

/** Whether a change took effect, as far as Fastly shows it now. */
export type Effect<Value> =
  | { kind: 'done'; value: Value }
  /** It took effect except for these settings. */
  | { kind: 'partly'; unmet: readonly Setting[] }
  /** Nothing of it shows. A call whose answer was lost may still take effect. */
  | { kind: 'nothing' }
  /** Something else happened first, so it cannot take effect any more. */
  | { kind: 'overtaken' };

/** How a change is recorded whose call was sent and not answered. */
export function settlementOf(change: ChangeKind, { kind }: Effect<unknown>): Settlement['kind'] {
  switch (kind) {
    case 'done':
      return 'done';
    case 'overtaken':
      return 'failed';
    default:
      // The button that locks is still there, and locking twice does no harm: the caller is told to lock again.
      return change === 'lock' ? 'failed' : 'unknown';
  }
}

/** Whether an invitation has the settings that were asked for. It shows only the role and limited services. */
export function isAsInvited(invitation: Invitation, settings: Settings): boolean {
  const shown = only(settings, ['role', 'limit_services']);
  return unmet(shown, settingsOfInvitation(invitation)).length === 0;
}

/** The settings that an invitation shows. */
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
