import fc from 'fast-check';
import { expect } from 'vitest';
import type { DeliveryMode } from '../../e2e/support/workplace.ts';
import { posted, problemsAfter, startEnvelopes, startSigned } from './bodies.ts';
import { command, problemsOfAll, startTyping } from './commands.ts';
import { EXCHANGES_AT_A_TIME, exchanges, startAnswering } from './fastly-answers.ts';
import { expectNothingChanged, forgery, startForging } from './forged-values.ts';
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

/** Shows the first few of many: all of them say little more, and take long to be compared. */
function expectNone(problems: readonly string[]): void {
  expect(problems.slice(0, 3).map((each) => each.slice(0, 2_000))).toEqual([]);
}

/** So many at a time go to a bot, as Slack does not wait for one before it sends the next. */
const AT_A_TIME = 10;

/** Tries values on something that takes them one beside the other. */
async function inParallel<T>(
  values: fc.Arbitrary<T>,
  { cases, seed }: { cases: number; seed: number },
  take: (value: T) => Promise<void>,
): Promise<void> {
  const several = fc.array(values, { minLength: AT_A_TIME, maxLength: AT_A_TIME });
  const property = fc.asyncProperty(several, async (all) => {
    await Promise.all(all.map(take));
  });
  // What was sent cannot be taken back, so nothing is tried again in a smaller form.
  await fc.assert(property, { numRuns: Math.ceil(cases / AT_A_TIME), seed, endOnFailure: true });
}

const forgedOver = (mode: DeliveryMode): Trial => ({
  name: `over ${mode}, no forged value counts, and each is answered in words`,
  short: 150,
  long: 2_000,
  async run(cases, seed) {
    const { slack, request, forge } = await startForging(mode);
    await inParallel(forgery(request), { cases, seed }, async (forged) => {
      expect(await forge(forged), JSON.stringify(forged)).toEqual([]);
    });
    await expectNothingChanged(slack);
  },
});

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
  {
    name: 'any signed body is answered',
    short: 300,
    long: 5_000,
    async run(cases, seed) {
      const { workplace, post } = await startSigned();
      await inParallel(posted, { cases, seed }, async (sent) => {
        // Slack signs text, so bytes that are none are not what was signed.
        const statuses = typeof sent.text === 'string' ? [200, 400] : [200, 400, 401];
        expect(statuses, JSON.stringify(sent)).toContain(await post(sent));
      });
      expectNone(await problemsAfter(workplace));
    },
  },
  {
    name: 'any envelope is acknowledged',
    short: 200,
    long: 3_000,
    async run(cases, seed) {
      const { workplace, send } = await startEnvelopes();
      const type = fc.constantFrom('events_api', 'interactive', 'slash_commands');
      await inParallel(fc.tuple(type, body), { cases, seed }, async ([named, payload]) => {
        expect(await send(named, payload), JSON.stringify(payload)).not.toBeNull();
      });
      expectNone(await problemsAfter(workplace));
    },
  },
  forgedOver('socket'),
  forgedOver('http'),
  {
    name: 'all that a bot shows in an account of hostile users is safe, and of a form that Slack takes',
    short: 100,
    long: 2_000,
    async run(cases, seed) {
      const { workplace, type } = await startTyping(seed);
      await inParallel(command, { cases, seed }, type);
      expectNone(await problemsOfAll(workplace));
    },
  },
];
