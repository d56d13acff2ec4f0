import { describe, expect, it } from 'vitest';
import { allPairs } from './pairwise.ts';

const FACTORS = {
  color: ['red', 'green', 'blue'],
  size: ['s', 'm', 'l', 'xl'],
  kind: ['a', 'b'],
  place: ['x', 'y', 'z'],
};

function pairsOf(rows: readonly Readonly<Record<string, string>>[]): Set<string> {
  return new Set(
    rows.flatMap((row) =>
      Object.entries(row).flatMap(([one, a]) =>
        Object.entries(row).flatMap(([other, b]) => (one < other ? [`${one}=${a} ${other}=${b}`] : [])),
      ),
    ),
  );
}

describe('all pairs', () => {
  it('has each level meet each level of every other factor, in few rows', () => {
    const rows = allPairs(FACTORS, 1);
    const expected = 3 * 4 + 3 * 2 + 3 * 3 + 4 * 2 + 4 * 3 + 2 * 3;
    expect(pairsOf(rows).size).toBe(expected);
    expect(rows.length).toBeLessThan(20);
  });

  it('follows from the seed', () => {
    expect(allPairs(FACTORS, 7)).toEqual(allPairs(FACTORS, 7));
    expect(allPairs(FACTORS, 7)).not.toEqual(allPairs(FACTORS, 8));
  });
});
