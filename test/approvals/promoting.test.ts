import { expect, it } from 'vitest';
import { Promotions } from '../../src/changes/promotions.ts';
import { lockRunning } from '../../src/changes/running-promotions.ts';
import { closeRestored } from '../../src/cli/close-restored.ts';
import type { Store } from '../../src/store/store.ts';
import { letTimePass, onBothDatabases } from '../store/both-databases.ts';
import { CURRENT, ENGINEER, NORA, TOMAS } from './people.ts';
import { claimed, filing, startService } from './service.ts';

const HOUR = 3_600_000;
const FOR_A_TIME = {
  kind: 'promote-for',
  version: 1,
  by: 'update',
  target: ENGINEER,
  before: CURRENT,
  changes: { role: 'superuser' },
  for: 4 * HOUR,
  back: 'engineer',
} as const;
const NOT_CONFIRMED = { kind: 'postponed', until: null, unclear: true, mayBeDone: true, why: 'No.' } as const;

async function firstClaimAt(store: Store): Promise<number | undefined> {
  const [first] = await store.read((database) =>
    database.selectFrom('audit_log').select('at').where('event', '=', 'started').orderBy('seq').execute(),
  );
  return first?.at;
}

onBothDatabases('a role that may have been given for a time', (database) => {
  it('ends although nobody knows whether it was given, or with all that was to be set', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing({ action: FOR_A_TIME }));
    const claim = claimed(await approvals.claims.advance(request.id));
    await approvals.claims.record(claim, {
      kind: 'failed',
      why: 'Only a part.',
      unclear: true,
      mayBeDone: true,
    });
    const running = await store.transaction((transaction) => lockRunning(transaction, ENGINEER.id));
    expect(running).toMatchObject({ role: 'superuser', before: 'engineer' });
    expect(running?.endsAt).toBe(((await firstClaimAt(store)) ?? 0) + FOR_A_TIME.for);
  });

  it('is not called not given where a retry finds it, or gives it', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing({ action: FOR_A_TIME }));
    const first = claimed(await approvals.claims.advance(request.id));
    await approvals.claims.record(first, { kind: 'failed', why: 'No.', unclear: true, mayBeDone: true });
    await approvals.retry(request.id, NORA);
    const retried = claimed(await approvals.claims.advance(request.id));
    await approvals.claims.record(retried, { kind: 'completed', found: true });
    const [running, ...others] = await new Promotions(store, () => {}).running();
    expect(running).toMatchObject({ before: 'engineer', role: 'superuser', state: { kind: 'running' } });
    expect(others).toEqual([]);
    const untold = await store.read((each) =>
      each.selectFrom('running_promotions').select('untold').execute(),
    );
    expect(untold.filter(({ untold: notices }) => notices.includes('not-given'))).toEqual([]);
  });

  it('is to be checked where a backup was made meanwhile', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing({ action: FOR_A_TIME }));
    claimed(await approvals.claims.advance(request.id));
    expect((await closeRestored(store, false)).toCheck).toEqual([ENGINEER.login]);
    const promotions = new Promotions(store, () => {});
    const [running] = await promotions.running();
    expect(running).toMatchObject({ before: 'engineer', state: { kind: 'to-check' } });
    expect(await promotions.counted()).toEqual({ all: 1, overdue: 0, toCheck: 1 });
    expect(await promotions.extend(running?.id ?? '', NORA, HOUR)).toBeNull();
    expect((await promotions.endNow(running?.id ?? '', NORA))?.untold).toEqual([]);
  });

  it('lasts from the claim under which it was sent, however many looks come after', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing({ action: FOR_A_TIME }));
    for (let looks = 0; looks < 3; looks += 1) {
      await approvals.claims.record(claimed(await approvals.claims.advance(request.id)), NOT_CONFIRMED);
      await letTimePass(store, HOUR);
    }
    const last = claimed(await approvals.claims.advance(request.id));
    await approvals.claims.record(last, { kind: 'completed', found: true });
    const [running] = await new Promotions(store, () => {}).running();
    expect(running?.endsAt).toBe(((await firstClaimAt(store)) ?? 0) + FOR_A_TIME.for);
  });

  it('is extended no more once somebody had it end', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing({ action: FOR_A_TIME }));
    await approvals.claims.record(claimed(await approvals.claims.advance(request.id)), {
      kind: 'completed',
      found: false,
    });
    const promotions = new Promotions(store, () => {});
    const [running] = await promotions.running();
    if (!running) throw new Error('nothing runs');
    await promotions.endNow(running.id, TOMAS);
    expect(await promotions.extend(running.id, NORA, 24 * HOUR)).toBeNull();
    expect((await promotions.get(running.id))?.state).toMatchObject({ kind: 'running', endedBy: TOMAS });
  });
});
