import { randomInt } from 'node:crypto';
import { describe, it } from 'vitest';
import { TRIALS } from '../../support/hostile/trials.ts';

/** To try the cases of an earlier run again: `SEED=… npm run test:stress`. */
const SEED = Number(process.env.SEED ?? randomInt(2 ** 31));

describe(`hostile input by the seed ${SEED}`, () => {
  for (const { name, long, run } of TRIALS) {
    it(name, async () => {
      const begun = performance.now();
      await run(long, SEED);
      const seconds = (performance.now() - begun) / 1_000;
      process.stdout.write(`${name}: ${long} cases, ${Math.round(long / seconds)} a second\n`);
    });
  }
});
