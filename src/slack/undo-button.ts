import type { Button } from '@slack/types';
import { z } from 'zod';
import type { Change } from '../changes/change.ts';
import { settingsBack } from '../changes/settings.ts';
import { button } from '../messages/kit/blocks.ts';
import { undoLabel } from '../messages/undo-text.ts';
import { codecFor, type Origin } from './carried.ts';

export const UNDO = 'update.undo';

/** The change's delivery key: its values come from the store. */
export const UndoValue = codecFor('button', z.object({ change: z.string(), private: z.boolean() }), 'update');

/**
 * Offers to set back a change that was made. None where an old value can't be set, or `update` is switched off.
 *
 * @param disabled the names of the subcommands that this installation does without
 */
export function undoButtons(
  { deliveryKey, settings, before }: Pick<Change, 'deliveryKey' | 'settings' | 'before'>,
  { private: alone }: Pick<Origin, 'private'>,
  disabled: ReadonlySet<string>,
): Button[] {
  if (settings === undefined || before === undefined) return [];
  if (settingsBack({ settings, before }) === null || disabled.has('update')) return [];
  const value = UndoValue.write({ change: deliveryKey, private: alone });
  return [button({ actionId: UNDO, text: undoLabel(settings, before), value })];
}
