import type { Button } from '@slack/types';
import { z } from 'zod';
import type { RunningPromotion } from '../changes/promotion.ts';
import { button } from '../messages/kit/blocks.ts';
import { codecFor } from './carried.ts';

export const END_NOW = 'promotion.end';
export const EXTEND = 'promotion.extend';

/** The promotion's id: what it is about comes from the store. */
export const PromotionSchema = z.object({ promotion: z.string().max(20) });
export const PromotionValue = codecFor('button', PromotionSchema, 'update');

/**
 * What a promotion that is not over offers. One that a person has to check is not extended: it would end by itself.
 *
 * @param mayExtend false for who may only have it ended
 */
export function promotionButtons(
  { id, state }: Pick<RunningPromotion, 'id' | 'state'>,
  mayExtend: boolean,
): Button[] {
  const value = PromotionValue.write({ promotion: id });
  const extend = button({ actionId: EXTEND, text: 'Extend…', value });
  return [...(mayExtend && state.kind === 'running' ? [extend] : []), endNowButton(id)];
}

/** @param text says what ends, where the message is about more than a promotion */
export function endNowButton(promotion: string, text = 'End now'): Button {
  const value = PromotionValue.write({ promotion });
  return button({ actionId: END_NOW, text, value, style: 'danger' });
}
