import type { ApprovalRequest, Obstacle } from '../../approvals/request.ts';
import type { Intents } from '../../changes/intents.ts';
import { protectionOf } from '../../changes/protection.ts';
import { targetOf } from '../../changes/snapshot.ts';
import type { Target } from '../../changes/target.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { differencesOf } from './differences.ts';
import { existingUser } from './existing-user.ts';
import type { Operation } from './operation.ts';

/** Deletes the target, who must be as they were when the request was shown; a lock of the bot's own is no change. */
export function deletion(
  request: ApprovalRequest,
  target: Target,
  { fastly, intents }: { fastly: FastlyClient; intents: Intents },
): Operation {
  const id = UserId.parse(target.id);
  return {
    async look(mayBeDone) {
      const user = await existingUser(fastly, id);
      if (user === null)
        return mayBeDone ? { kind: 'done' } : { kind: 'obstacle', obstacle: { kind: 'gone' } };
      const obstacle = await obstacleTo(user);
      return obstacle === null ? { kind: 'open' } : { kind: 'obstacle', obstacle };
    },
    async call() {
      await fastly.deleteUser(id);
      return { asWanted: true };
    },
    obstacleIn: (error) => (error.kind === 'not_found' ? { kind: 'gone' } : null),
    repeatable: true,
    nothingShows: 'they are still there.',
  };

  async function obstacleTo(user: User): Promise<Obstacle | null> {
    const differences = differencesOf(target, targetOf(user));
    const ownLock = differences.every(({ field }) => field === 'lock') && user.locked === true;
    if (differences.length > 0 && !(ownLock && (await intents.locked(request.id, target.id)))) {
      return { kind: 'changed', differences };
    }
    const protection = await protectionOf(fastly, user);
    return protection === null ? null : { kind: 'protected', protection };
  }
}
