import { describe, it } from 'vitest';
import { TRIALS } from '../../support/hostile/trials.ts';

/** The same cases at each run; `npm run test:stress` tries many more, and others each time. */
const SEED = 20_260_516;

describe('hostile input', () => {
  for (const { name, short, run } of TRIALS) {
    it(name, async () => {
      await run(short, SEED);
    });
  }
});
