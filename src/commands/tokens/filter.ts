import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { EVERY_TOKEN, type TokenFilter } from '../../directory/token-filter.ts';
import type { User } from '../../fastly/user.ts';
import { checkboxes, option } from '../../messages/kit/inputs.ts';
import { code, counted, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Origin } from '../../slack/carried.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { viewOf } from '../form.ts';
import type { FlagKinds, FlagValues } from '../inputs/command-text.ts';
import { Days, daysIn, daysInField, daysInput } from '../inputs/days.ts';
import { type Meant, readMeant } from '../inputs/meant.ts';
import { USER_PICKER, userPicker } from '../inputs/user-picker.ts';

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

/** 'unused for 90 days', 'expiring within 14 days', 'scope global'. */
export function filterWords({ unused, expiring, global }: TokenFilter): Sentence[] {
  return [
    ...(unused === null ? [] : [say`unused for ${counted(unused, 'day')}`]),
    ...(expiring === null ? [] : [say`expiring within ${counted(expiring, 'day')}`]),
    ...(global ? [say`scope ${code('global')}`] : []),
  ];
}

/** Block and action ids. The last one is also the checkbox's value. */
const UNUSED = 'unused';
const EXPIRING = 'expiring';
const GLOBAL = 'global';

export const FORM = { id: 'tokens.form', title: 'Filter API tokens', submit: 'Show', mainBlockId: UNUSED };

/** Whose tokens are wanted, all users' where `user` is null, and which of them. */
type Wanted = { user: Meant | null; filter: TokenFilter };

export function filterForm(
  { user, filter }: { user: User | null; filter: TokenFilter },
  origin: Origin,
  problem?: Sentence,
): ModalView {
  return viewOf(FORM, origin, {
    onTop: problem,
    blocks: [
      userPicker(user, { optional: true }),
      daysInput(UNUSED, 'Not used for', filter.unused),
      daysInput(EXPIRING, 'Expiring within', filter.expiring),
      checkboxes({
        id: GLOBAL,
        label: 'Scope',
        options: [option('Global scope only', GLOBAL)],
        ticked: filter.global ? [GLOBAL] : [],
        optional: true,
      }),
    ],
  });
}

export function wantedIn(values: FormValues): Wanted {
  return {
    user: readMeant(values[USER_PICKER]),
    filter: {
      unused: daysInField(values, UNUSED),
      expiring: daysInField(values, EXPIRING),
      global: values[GLOBAL] === 'yes',
    },
  };
}

/** The filter of a form that may be wrong: what cannot be read is left open. */
export function typedFilter(values: FormValues): TokenFilter {
  try {
    return wantedIn(values).filter;
  } catch {
    return EVERY_TOKEN;
  }
}
