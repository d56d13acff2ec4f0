import { State } from '../approvals/request.ts';
import type { Store } from './store.ts';

/**
 * Declares every claim dead, for a database that one process owns: whoever held them is gone. Nobody has to wait for
 * leases to run out then.
 */
export async function releaseAllClaims(store: Store): Promise<void> {
  await store.transaction(async ({ database, now }) => {
    const at = await now();
    const rows = await database
      .selectFrom('approval_requests')
      .select(['id', 'state'])
      .where('due_at', 'is not', null)
      .execute();
    for (const { id, state: text } of rows) {
      const state = State.parse(JSON.parse(text));
      if (state.kind !== 'executing') continue;
      await database
        .updateTable('approval_requests')
        .set({ state: JSON.stringify({ ...state, leaseUntil: at }), due_at: at })
        .where('id', '=', id)
        .execute();
    }
    await database
      .updateTable('approval_requests')
      .set({ display_claim: null, display_lease_until: null })
      .where('display_claim', 'is not', null)
      .execute();
    await database.updateTable('homes').set({ lease_until: at }).where('claim', 'is not', null).execute();
    await database.updateTable('intents').set({ due_at: at }).where('due_at', 'is not', null).execute();
    await database.updateTable('account_lock').set({ holder: null, held_until: 0 }).execute();
  });
}
