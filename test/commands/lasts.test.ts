import { expect, it } from 'vitest';
import { lastsAsTyped, readLasts } from '../../src/commands/inputs/lasts.ts';
import { TIMES } from '../../src/config/times.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

it.each([
  ['15m', 15 * MINUTE],
  ['4h', 4 * HOUR],
  [' 4 H ', 4 * HOUR],
  ['4 hours', 4 * HOUR],
  ['90min', 90 * MINUTE],
  ['1d 12h', 36 * HOUR],
  ['30d', 30 * DAY],
  ['30 days', 30 * DAY],
])("'%s' is so many milliseconds", (text, milliseconds) => {
  expect(readLasts(text, TIMES)).toBe(milliseconds);
});

it.each(['14m', '31d', '0h', '', '4', 'h', '4h!', '-4h', '4h4', '1e3d', 'soon', '999999999d'])(
  "'%s' is refused",
  (text) => {
    expect(() => readLasts(text, TIMES)).toThrow(/Nothing was changed/);
  },
);

it('is written so that it can be entered again', () => {
  for (const text of ['4h', '30d', '90m']) expect(lastsAsTyped(readLasts(text, TIMES))).toBe(text);
});
