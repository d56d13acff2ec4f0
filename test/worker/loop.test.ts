import { expect, it, onTestFinished } from 'vitest';
import { Liveness } from '../../src/observability/liveness.ts';
import { createLogger } from '../../src/observability/log.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { Loop } from '../../src/worker/loop.ts';
import { LogLines } from '../e2e/support/workplace.ts';

/** A loop that looks for what is due until `find` has been called with each of `failures`, then works on one item. */
async function runThrough(failures: readonly Error[]) {
  const log = new LogLines();
  const logger = createLogger('info', log.stream);
  const liveness = new Liveness();
  onTestFinished(() => liveness.close());
  const left = [...failures];
  const looks: unknown[] = [];
  const worked = Promise.withResolvers<void>();
  const loop = new Loop<string>({
    find: async () => {
      const failure = left.shift();
      if (failure) throw failure;
      return ['item'];
    },
    key: (item) => item,
    work: async () => worked.resolve(),
    atATime: 1,
    interval: 1,
    onLook: (error) => looks.push(error),
    onFailure: () => {},
    keep: (run, signal) => liveness.keep('a loop', run, { signal, firstPause: 1, log: logger }),
  });
  loop.start();
  await worked.promise;
  await loop.stop();
  return { looks, problems: liveness.problems(), logged: log.lines.length };
}

it('a loop goes on looking while the database is away, and does not count as dying', async () => {
  const away = new StoreUnavailable(new Error('away'));
  const { looks, problems, logged } = await runThrough([away, away, away]);
  expect(looks.slice(0, 4)).toEqual([away, away, away, null]);
  expect(problems).toEqual([]);
  expect(logged).toBe(0);
});

it('a loop that anything else ends is started again, and works', async () => {
  const broken = new TypeError('broken');
  const { looks, problems, logged } = await runThrough([broken, broken, broken]);
  expect(looks).not.toContain(broken);
  expect(problems).toEqual(["The loop 'a loop' keeps ending."]);
  expect(logged).toBe(3);
});
