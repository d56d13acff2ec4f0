import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { createLogger } from '../../src/observability/log.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { claimHome, homeOpened, progressOf, releaseHome } from '../../src/store/homes.ts';
import { postgres } from '../../src/store/postgres.ts';
import type { Transaction } from '../../src/store/store.ts';
import { LeasedShowing } from '../../src/worker/leased-showing.ts';
import { Pauses } from '../../src/worker/pauses.ts';
import { NORA } from '../approvals/people.ts';
import { connectedStore, POSTGRESQL } from '../store/both-databases.ts';
import { wireTo } from '../support/postgres/wire.ts';

const LEASE = 3_600_000;
const TIMES = { firstRetry: 0, slowRetry: 0 };

/** Nora's Home, which is due, over a wire to its database. `shown` counts how often it was drawn. */
async function dueHome() {
  const { wire, url } = await wireTo((await POSTGRESQL.newPlace()).url);
  const store = await connectedStore({ url, engine: () => postgres(new Secret(url)) });
  await store.transaction((each) => homeOpened(each, NORA));
  const progress = await store.read(progressOf);
  const showing = new LeasedShowing(store, new Pauses<string>('homes', TIMES, () => {}));
  const place = { wire, showing, shown: 0 };
  const show = async (whileShown: () => void = () => {}) =>
    await showing.show({
      key: NORA,
      claim: (transaction: Transaction) => claimHome(transaction, NORA, progress, LEASE),
      show: async () => {
        place.shown += 1;
        whileShown();
      },
      release: (transaction, claim) => releaseHome(transaction, NORA, claim, 0),
      failure: '',
      log: createLogger('info', { write: () => {} }),
    });
  return Object.assign(place, { show });
}

describe('a lease on what is shown', () => {
  it('ends when the database is back, where it was away at the end of the showing', async () => {
    const home = await dueHome();
    await expect(home.show(() => home.wire.cut())).rejects.toThrow(StoreUnavailable);
    await expect(home.showing.releaseLeft()).rejects.toThrow(StoreUnavailable);
    home.wire.mend();
    await home.show();
    expect(home.shown).toBe(1);
    await home.showing.releaseLeft();
    await home.show();
    expect(home.shown).toBe(2);
  });

  it('ends where nobody learned that it was taken', async () => {
    const home = await dueHome();
    home.wire.loseCommits(1);
    await expect(home.show()).rejects.toThrow(StoreUnavailable);
    await home.show();
    expect(home.shown).toBe(0);
    await home.showing.releaseLeft();
    await home.show();
    expect(home.shown).toBe(1);
  });
});
