import type { InputBlock } from '@slack/types';
import type { Times } from '../../config/times.ts';
import { UNITS } from '../../config/value-types.ts';
import { checkboxes, option, textInput } from '../../messages/kit/inputs.ts';
import { code, say, typedWords } from '../../messages/kit/sentence.ts';
import { spanText } from '../../messages/promotion-text.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Block and action id of the input for how long a role is given. */
export const LASTS = 'for';

export const FOR_A_ROLE = say`${code('--for')} says how long a role is given. Add ${code('--role')}. Nothing was changed.`;

/** Block and action id, and the value, of the tick that keeps a role without an end. */
export const KEEP = 'keep';

/** @param round as `blockOf` takes it */
export function keepInput(ticked: boolean, round: number): InputBlock {
  return checkboxes({
    id: KEEP,
    blockId: round === 0 ? KEEP : `${KEEP} ${round}`,
    label: 'The end of the role',
    options: [option('Keep this role without an end', KEEP)],
    ticked: ticked ? [KEEP] : [],
    optional: true,
  });
}

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

export function lastsFromForm(values: FormValues, times: Pick<Times, 'promotions'>): number | null {
  const typed = values[LASTS]?.trim() ?? '';
  return typed === '' ? null : readLasts(typed, times);
}

/** Whether a role can be given for so many milliseconds. */
export function canLast(milliseconds: number, { promotions }: Pick<Times, 'promotions'>): boolean {
  const { shortest, longest } = promotions;
  return Number.isInteger(milliseconds) && milliseconds >= shortest && milliseconds <= longest;
}

/** How long a role is to be given, in milliseconds: '4h', '1d 12h'. @throws {FieldError} */
export function readLasts(text: string, times: Pick<Times, 'promotions'>): number {
  const { shortest, longest } = times.promotions;
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
  if (isWhole && canLast(milliseconds, times)) return milliseconds;
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
