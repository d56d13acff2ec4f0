import { describe, it } from 'vitest';
import { TRIALS } from '../../support/hostile/trials.ts';

/** The same cases at each run; `npm run test:stress` tries many more, and others each time. */
const SEED = 20_260_516;

describe('hostile input', () => {
  it.each(TRIALS)('$name', async ({ short, run }) => {
    await run(short, SEED);
  });
});
