import type { Button } from '@slack/types';
import { z } from 'zod';
import type { Change } from '../changes/change.ts';
import { settingsBack } from '../changes/undo.ts';
import { button } from '../messages/kit/blocks.ts';
import { undoLabel } from '../messages/undo-text.ts';
import { codecFor } from '../slack/carried.ts';
import type { Interaction } from '../slack/replies/interaction.ts';

export const UNDO = 'update.undo';

/** The change's delivery key: its values come from the store. */
export const UndoValue = codecFor('button', z.object({ change: z.string(), private: z.boolean() }), 'update');

/** Offers to set back a change that was made. None where an old value can't be set, or `update` is switched off. */
export function undoButtons(
  { services, origin }: Interaction,
  { deliveryKey, settings, before }: Pick<Change, 'deliveryKey' | 'settings' | 'before'>,
): Button[] {
  if (settings === undefined || before === undefined) return [];
  if (settingsBack({ settings, before }) === null || services.disabled.has('update')) return [];
  const value = UndoValue.write({ change: deliveryKey, private: origin.private });
  return [button({ actionId: UNDO, text: undoLabel(settings, before), value })];
}
