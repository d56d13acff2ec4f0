import type { Transaction } from '../store/transaction.ts';
import type { RequestId } from './request.ts';

/**
 * One lock for the whole account: two executions that each take a Fastly superuser away, each seeing the other's
 * target as the one that remains, would together leave none.
 */
const SUPERUSERS = 'superusers';

/** Takes the lock for a request until `until` (Unix milliseconds); `false` while another request has it. */
export async function holdAccount(
  { database, engine }: Transaction,
  request: RequestId,
  until: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('account_lock')
    .values({ name: SUPERUSERS, holder: request, held_until: until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder: request, held_until: until })
        .where((where) =>
          where.or([
            where('account_lock.holder', 'is', null),
            where('account_lock.holder', '=', request),
            where('account_lock.held_until', '<=', engine.now),
          ]),
        ),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

export async function letGoOfAccount({ database }: Transaction, request: RequestId): Promise<void> {
  await database.updateTable('account_lock').set({ holder: null }).where('holder', '=', request).execute();
}
