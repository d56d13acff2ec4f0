import type { Admission } from '../../approvals/request.ts';
import { unmet } from '../../changes/settings.ts';
import { settingsOf } from '../../changes/snapshot.ts';
import { hasSettings, isAsInvited, openInvitation } from '../../changes/took-effect.ts';
import { userWithLogin } from '../../fastly/account-users.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { refusesDirectCreation } from '../../fastly/errors.ts';
import { inviteeOf } from '../../fastly/invitation.ts';
import type { Operation } from './operation.ts';

/** Brings a new Fastly superuser, created or invited: once, as a second one would be another person's account. */
export function admission({ by, target, changes }: Admission, fastly: FastlyClient): Operation {
  const { login } = target;
  return {
    async look(mayBeDone) {
      const user = await userWithLogin(fastly, login);
      if (user !== null) {
        if (!mayBeDone || by === 'invitation')
          return { kind: 'obstacle', obstacle: { kind: 'exists', as: 'user' } };
        const missing = unmet(changes, settingsOf(user));
        return missing.length === 0 ? { kind: 'done' } : { kind: 'partly', unmet: missing };
      }
      if (by === 'creation') return { kind: 'open' };
      const invitation = await openInvitation(fastly, login);
      if (invitation === null) return { kind: 'open' };
      return mayBeDone && isAsInvited(invitation, changes)
        ? { kind: 'done' }
        : { kind: 'obstacle', obstacle: { kind: 'exists', as: 'invitation' } };
    },
    async call() {
      if (by === 'creation') {
        return { asWanted: hasSettings(await fastly.createUser({ login, ...changes }), changes) };
      }
      return { asWanted: isAsInvited(await fastly.createInvitation(inviteeOf(login, changes)), changes) };
    },
    obstacleIn: (error) => (refusesDirectCreation(error) ? { kind: 'only-invited' } : null),
    repeatable: false,
    nothingShows: by === 'creation' ? 'there is no such user.' : 'there is no such invitation.',
  };
}
