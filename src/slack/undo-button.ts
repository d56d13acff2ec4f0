import type { Button } from '@slack/types';
import { z } from 'zod';
import type { Change } from '../changes/change.ts';
import { button } from '../messages/kit/blocks.ts';
import { undoLabel } from '../messages/undo-text.ts';
import { codecFor, type Origin } from './carried.ts';

export const UNDO = 'update.undo';

/** The change's delivery key: its values come from the store. */
export const UndoValue = codecFor('button', z.object({ change: z.string(), private: z.boolean() }), 'update');

/** Offers to set back a change that was made. None where it set nothing, or nobody recorded what was there before. */
export function undoButton(
  { deliveryKey, settings, before }: Pick<Change, 'deliveryKey' | 'settings' | 'before'>,
  { private: alone }: Pick<Origin, 'private'>,
): Button[] {
  if (settings === undefined || before === undefined) return [];
  const value = UndoValue.write({ change: deliveryKey, private: alone });
  return [button({ actionId: UNDO, text: undoLabel(settings, before), value })];
}
