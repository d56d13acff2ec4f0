import { beginPromotion } from '../../../src/changes/promotion-steps.ts';
import { readPromotion } from '../../../src/changes/running-promotions.ts';
import { TIMES } from '../../../src/config/times.ts';
import type { FastlyClient } from '../../../src/fastly/client.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { PromotionEnds } from '../../../src/worker/promotions/ends.ts';
import { NORA } from '../../approvals/people.ts';
import { startService } from '../../approvals/service.ts';
import { run, SQLITE } from '../../store/both-databases.ts';

/** What ends roles, on a database of the test's own, without anybody who is told. */
export async function startEnds(fastly: FastlyClient) {
  const { store, approvals } = await startService(SQLITE);
  let logged = '';
  const ends = new PromotionEnds({
    ...{ store, fastly, approvals },
    lease: 60_000,
    onUsersChanged: () => {},
    notices: { tell: async () => null, waiting: () => [] },
    times: TIMES,
    log: createLogger('info', {
      write: (line) => {
        logged += line;
      },
    }),
  });
  return {
    ...{ store, ends },
    hasLogged: (words: string) => logged.includes(words),
    /** A user who was an engineer has another role, given so many milliseconds ago. The promotion's id. */
    promoted: async (
      user: { id: string; login: string; name: string },
      role: string,
      { ago, lasts, isSure = true }: { ago: number; lasts: number; isSure?: boolean },
    ): Promise<string> => {
      const { id, login, name } = user;
      const about = { user: { id, login, name }, before: 'engineer', role, requester: NORA, request: null };
      const begun = await store.transaction(async (transaction) =>
        beginPromotion(transaction, about, (await transaction.now()) - ago, lasts, isSure),
      );
      // The person was told of it.
      await run(store, "update running_promotions set untold = '[]'");
      return begun.id;
    },
    promotion: async (id: string) => {
      const found = await store.read((database) => readPromotion(database, id));
      if (found === null) throw new Error(`There is no promotion ${id}.`);
      return found;
    },
    /** Does something once, before the first transaction for which `isTheOne` holds. */
    before: (isTheOne: () => boolean, work: () => Promise<unknown>): void => {
      const real = store.transaction.bind(store);
      store.transaction = async (transaction) => {
        if (isTheOne()) {
          store.transaction = real;
          await work();
        }
        return await real(transaction);
      };
    },
  };
}
