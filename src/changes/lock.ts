import { z } from 'zod';
import type { Database } from '../store/tables.ts';
import type { Lock } from './change.ts';
import { LockStep, type StepRecord, stepKey } from './lock-step.ts';
import { readChange } from './stored.ts';
import { TokenSnapshot } from './token.ts';

const State = z.enum(['open', 'done', 'failed', 'unknown']);

/** Reads a lock by its delivery key; null where none was made, or only a newer version can read it. */
export async function readLock(database: Database, key: string): Promise<Lock | null> {
  const keys = [key, ...LockStep.options.map((step) => stepKey(step, key))];
  const rows = await database.selectFrom('intents').selectAll().where('delivery_key', 'in', keys).execute();
  const row = rows.find(({ delivery_key }) => delivery_key === key);
  const change = row ? readChange(row) : null;
  if (change?.kind !== 'lock' || row?.state !== 'done') return null;
  const steps = (change.steps ?? []).map(async (step): Promise<StepRecord> => {
    if (step === 'revoke') return await readRevocation(database, key);
    const made = rows.find(({ delivery_key }) => delivery_key === stepKey(step, key));
    if (!made) return { step, state: 'waiting', tokens: 0 };
    // What a newer version made of it is as good as unknown.
    const state = State.safeParse(made.state).data ?? 'unknown';
    return { step, state, tokens: readChange(made)?.tokens?.length ?? 0 };
  });
  return { change, madeAt: row.begun_at, steps: await Promise.all(steps) };
}

const Revocation = z.object({ shown: TokenSnapshot });

/** Once it is requested, it is done as far as the lock goes. */
async function readRevocation(database: Database, key: string): Promise<StepRecord> {
  const filed = await database
    .selectFrom('approval_requests')
    .select(['id', 'action'])
    .where('delivery_key', '=', stepKey('revoke', key))
    .executeTakeFirst();
  if (!filed) return { step: 'revoke', state: 'waiting', tokens: 0 };
  const shown = Revocation.safeParse(JSON.parse(filed.action)).data?.shown;
  return { step: 'revoke', state: 'done', tokens: shown?.tokens.length ?? 0, request: filed.id };
}
