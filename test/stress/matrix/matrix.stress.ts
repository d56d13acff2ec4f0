import { expect, it } from 'vitest';
import { FACTORS } from './cell.ts';
import { brokenCells, tableOf, tryAll } from './matrix.ts';
import { ONCE_BROKEN } from './once-broken.ts';
import { allPairs } from './pairwise.ts';

const SEEDS = (process.env.STRESS_SEEDS ?? '1,2').split(',').map(Number);

it.each(SEEDS)('every fault meets every change and every other fault, seed %i', async (seed) => {
  const results = await tryAll([...ONCE_BROKEN, ...allPairs(FACTORS, seed)]);
  process.stdout.write(`\nFault matrix, seed ${seed}\n${tableOf(results)}\n`);
  expect(brokenCells(results)).toEqual([]);
});
