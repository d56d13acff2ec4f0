import fc from 'fast-check';
import { expect } from 'vitest';
import { EXCHANGES_AT_A_TIME, exchanges, startAnswering } from './fastly-answers.ts';
import { shown } from './messages.ts';
import { body, carried, problemsOfBody, problemsOfCarried, problemsOfTyped, typed } from './reading.ts';

/** Something that is tried with generated input: so many cases, by a seed. */
export type Trial = {
  name: string;
  /** How many cases the short and the long form have. */
  short: number;
  long: number;
  run(cases: number, seed: number): Promise<void>;
};

/** A trial of something that takes one value and says what is wrong with it. */
function trial<T>(
  name: string,
  [short, long]: readonly [number, number],
  values: fc.Arbitrary<T>,
  problemsOf: (value: T) => string[],
): Trial {
  const run = async (cases: number, seed: number) => {
    const property = fc.property(values, (value) => {
      expect(problemsOf(value)).toEqual([]);
    });
    fc.assert(property, { numRuns: cases, seed });
  };
  return { name, short, long, run };
}

export const TRIALS: readonly Trial[] = [
  trial('what is typed is read or refused', [1_000, 40_000], typed, problemsOfTyped),
  trial(
    'what buttons, options and forms bring back is read or refused',
    [1_000, 30_000],
    carried,
    problemsOfCarried,
  ),
  trial('the body of a delivery is read or not', [500, 10_000], body, problemsOfBody),
  trial(
    'everything the bot shows has names, reasons and words as text',
    [1_500, 30_000],
    shown,
    ({ problems }) => problems(),
  ),
  {
    name: "any answer of Fastly's is believed, or refused in words",
    short: 500,
    long: 10_000,
    async run(cases, seed) {
      const exchange = await startAnswering();
      let believed = 0;
      const property = fc.asyncProperty(exchanges, async (all) => {
        const results = await Promise.all(
          all.map(([operation, answer], lane) => exchange(lane, operation, answer)),
        );
        expect(results.flatMap(({ problems }) => problems)).toEqual([]);
        believed += results.filter((each) => each.believed).length;
      });
      await fc.assert(property, { numRuns: Math.ceil(cases / EXCHANGES_AT_A_TIME), seed });
      // The generator meets both.
      expect(believed).toBeGreaterThan(cases / 20);
      expect(believed).toBeLessThan(cases / 2);
    },
  },
];
