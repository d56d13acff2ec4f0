import type { Alteration, Obstacle } from '../../approvals/request.ts';
import { protectionOf } from '../../changes/protection.ts';
import { unmet } from '../../changes/settings.ts';
import { settingsOf, targetOf } from '../../changes/snapshot.ts';
import { hasSettings } from '../../changes/took-effect.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { differencesOf, settingDifferencesOf } from './differences.ts';
import { existingUser } from './existing-user.ts';
import type { Operation } from './operation.ts';

/** Sets what was approved on a user who must be as they were when the request was shown. */
export function alteration(action: Alteration, fastly: FastlyClient): Operation {
  const { target, changes } = action;
  const id = UserId.parse(target.id);
  return {
    async look(mayBeDone) {
      const user = await existingUser(fastly, id);
      if (user === null) return { kind: 'obstacle', obstacle: { kind: 'gone' } };
      const missing = unmet(changes, settingsOf(user));
      if (mayBeDone && missing.length === 0) return { kind: 'done' };
      // Only its own call leaves some of them set and the others as they were.
      if (mayBeDone && missing.length < Object.keys(changes).length)
        return { kind: 'partly', unmet: missing };
      const obstacle = await obstacleTo(user);
      return obstacle === null ? { kind: 'open' } : { kind: 'obstacle', obstacle };
    },
    async call() {
      return { asWanted: hasSettings(await fastly.updateUser(id, changes), changes) };
    },
    obstacleIn: (error) => (error.kind === 'not_found' ? { kind: 'gone' } : null),
    repeatable: true,
    nothingShows: 'they are as they were.',
  };

  async function obstacleTo(user: User): Promise<Obstacle | null> {
    const differences = [
      ...differencesOf(target, targetOf(user)),
      ...settingDifferencesOf(action.before, settingsOf(user)),
    ];
    if (differences.length > 0) return { kind: 'changed', differences };
    if (action.kind === 'promote' && !changes.locked) return null;
    const protection = await protectionOf(fastly, user);
    return protection === null ? null : { kind: 'protected', protection };
  }
}
