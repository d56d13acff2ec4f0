import { z } from 'zod';
import type { TokenFilter } from '../../directory/token-filter.ts';
import { code, counted, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { FlagKinds, FlagValues } from '../inputs/command-text.ts';
import { Days, daysIn } from '../inputs/days.ts';

/** A filter as a button carries it. */
export const TokenFilterSchema = z.object({
  unused: Days.nullable(),
  expiring: Days.nullable(),
  global: z.boolean(),
});

export const FILTER_FLAGS: FlagKinds = { unused: 'text', expiring: 'text', global: 'switch' };

export function filterFromFlags(flags: FlagValues): TokenFilter {
  return {
    unused: daysIn(flags.unused, code('--unused')),
    expiring: daysIn(flags.expiring, code('--expiring')),
    global: flags.global === true,
  };
}

export function isOpenFilter({ unused, expiring, global }: TokenFilter): boolean {
  return unused === null && expiring === null && !global;
}

/** 'unused for 90 days', 'expiring within 14 days', 'scope global'. */
export function filterWords({ unused, expiring, global }: TokenFilter): Sentence[] {
  return [
    ...(unused === null ? [] : [say`unused for ${counted(unused, 'day')}`]),
    ...(expiring === null ? [] : [say`expiring within ${counted(expiring, 'day')}`]),
    ...(global ? [say`scope ${code('global')}`] : []),
  ];
}
