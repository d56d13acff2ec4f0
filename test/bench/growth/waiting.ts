import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../../src/store/store.ts';

const LOOK_MILLISECONDS = 50;
const PATIENCE_MILLISECONDS = 180_000;

/** Resolves with how many seconds it took. @throws where it takes too long */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > PATIENCE_MILLISECONDS) throw new Error(`it took too long until ${what}`);
    await pause(LOOK_MILLISECONDS);
  }
  return (performance.now() - begun) / 1_000;
}

/** Until so many approved changes are recorded as made. */
export async function untilMade(store: Store, count: number): Promise<number> {
  return await until(`${count} changes are made`, async () => {
    const { made } = await store.read((database) =>
      database
        .selectFrom('audit_log')
        .where('event', '=', 'completed')
        .select(({ fn }) => fn.countAll().as('made'))
        .executeTakeFirstOrThrow(),
    );
    return Number(made) >= count;
  });
}

/** Until Slack shows every request as it is. */
export async function untilShown(store: Store): Promise<number> {
  return await until('Slack shows all requests', async () => {
    const behind = await store.read((database) =>
      database
        .selectFrom('approval_requests')
        .where('display_due_at', 'is not', null)
        .select('id')
        .limit(1)
        .execute(),
    );
    return behind.length === 0;
  });
}
