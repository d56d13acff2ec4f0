import type { InputBlock } from '@slack/types';
import type { Times } from '../../config/times.ts';
import { UNITS } from '../../config/value-types.ts';
import { textInput } from '../../messages/kit/inputs.ts';
import { code, say, typedWords } from '../../messages/kit/sentence.ts';
import { spanText } from '../../messages/promotion-text.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Block and action id of the input for how long a role is given. */
export const LASTS = 'for';

export const FOR_A_ROLE = say`${code('--for')} says how long a role is given. Add ${code('--role')}. Nothing was changed.`;

/** @param round as `blockOf` takes it */
export function lastsInput(
  typed: string | null,
  { promotions }: Pick<Times, 'promotions'>,
  {
    hint = 'The role before comes back then. Leave it empty for a role without an end.',
    optional = true,
    round = 0,
  }: { hint?: string; optional?: boolean; round?: number } = {},
): InputBlock {
  const range = `from ${lastsAsTyped(promotions.shortest)} to ${lastsAsTyped(promotions.longest)}`;
  return textInput({
    id: LASTS,
    blockId: round === 0 ? LASTS : `${LASTS} ${round}`,
    label: 'For how long',
    hint: `Such as 4h or 2d, ${range}. ${hint}`,
    value: typed,
    maxLength: 20,
    optional,
  });
}

/** How long, in milliseconds; null where nothing was entered. @throws {FieldError} */
export function lastsFromForm(values: FormValues, times: Pick<Times, 'promotions'>): number | null {
  const typed = values[LASTS]?.trim() ?? '';
  return typed === '' ? null : readLasts(typed, times);
}

/** How long a role is to be given, in milliseconds: '4h', '1d 12h'. @throws {FieldError} */
export function readLasts(text: string, { promotions }: Pick<Times, 'promotions'>): number {
  const { shortest, longest } = promotions;
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d{1,9})\s*(ms|[dhms])(?:ours?|ays?|in|inutes?)?\s*/g),
  ];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text.trim().toLowerCase();
  const milliseconds = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS.get(unit ?? '') ?? 0),
    0,
  );
  if (isWhole && milliseconds >= shortest && milliseconds <= longest) return milliseconds;
  const range = say`from ${spanText(shortest)} to ${spanText(longest)}`;
  throw new FieldError(
    LASTS,
    isWhole
      ? say`A role can be given for a time ${range}, not ${typedWords(text)}. Nothing was changed.`
      : say`${typedWords(text)} is no length of time. Enter one such as ${code('4h')} or ${code('2d')}, ${range}. Nothing was changed.`,
  );
}

/** As it can be entered again. */
export function lastsAsTyped(milliseconds: number | null): string | null {
  if (milliseconds === null) return null;
  for (const [unit, length] of UNITS)
    if (milliseconds % length === 0) return `${milliseconds / length}${unit}`;
  return null;
}
