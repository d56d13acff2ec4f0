import { expect, it } from 'vitest';
import { FACTORS } from '../../stress/matrix/cell.ts';
import { brokenCells, tableOf, tryAll } from '../../stress/matrix/matrix.ts';
import { ONCE_BROKEN } from '../../stress/matrix/once-broken.ts';
import { allPairs } from '../../stress/matrix/pairwise.ts';

const SEED = 16;
/** The rows in front have the most pairs that no row before them has. */
const CELLS = 48;

it('changes end well whatever fails around them', async () => {
  const results = await tryAll([...ONCE_BROKEN, ...allPairs(FACTORS, SEED).slice(0, CELLS)]);
  process.stdout.write(`\nFault matrix, a part of the pairs of seed ${SEED}\n${tableOf(results)}\n`);
  expect(brokenCells(results)).toEqual([]);
});
