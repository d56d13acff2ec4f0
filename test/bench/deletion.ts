import type { Filing } from '../../src/approvals/approvals.ts';
import { targetOf } from '../../src/changes/snapshot.ts';
import type { User } from '../../src/fastly/user.ts';
import { CDN_TEAM, NORA } from '../approvals/people.ts';

/** Nora's wish to have this user deleted. */
export function deletionOf(user: User): Filing {
  return {
    action: { kind: 'delete', version: 1, target: targetOf(user) },
    requester: NORA,
    reason: null,
    channel: CDN_TEAM,
    deliveryKey: `bench ${user.id}`,
    about: [],
  };
}
