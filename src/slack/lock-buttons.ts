import type { Button } from '@slack/types';
import { z } from 'zod';
import type { Lock } from '../changes/change.ts';
import { type LockStep, mayBeRepeated } from '../changes/lock-step.ts';
import { button } from '../messages/kit/blocks.ts';
import { STEP_LABELS } from '../messages/lock-text.ts';
import { codecFor, type Origin } from './carried.ts';
import { undoButtons } from './undo-button.ts';

/** The action id of the button that asks for a step of a lock again. */
export function stepActionId(step: LockStep): string {
  return `lock.${step}`;
}

/** The lock's delivery key: what it was about comes from the store. */
export const StepValue = codecFor('button', z.object({ lock: z.string(), private: z.boolean() }), 'lock');

/** What a lock offers: to unlock the user, and its steps that were not done. */
export function lockButtons(
  { change, steps }: Pick<Lock, 'change' | 'steps'>,
  origin: Pick<Origin, 'private'>,
  disabled: ReadonlySet<string>,
): Button[] {
  // Who was locked before stays so.
  const unlock = change.before?.locked === true ? [] : undoButtons(change, origin, disabled);
  return [...unlock, ...stepButtons({ change, steps }, origin, disabled)];
}

/** Only the steps that were not done. */
export function stepButtons(
  { change, steps }: Pick<Lock, 'change' | 'steps'>,
  { private: alone }: Pick<Origin, 'private'>,
  disabled: ReadonlySet<string>,
): Button[] {
  if (disabled.has('lock')) return [];
  const value = StepValue.write({ lock: change.deliveryKey, private: alone });
  return steps
    .filter(mayBeRepeated)
    .map(({ step }) => button({ actionId: stepActionId(step), text: STEP_LABELS[step], value }));
}
