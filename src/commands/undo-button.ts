import type { Button } from '@slack/types';
import type { Change } from '../changes/change.ts';
import { settingsBack } from '../changes/undo.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { undoButton } from '../slack/undo-button.ts';

/** Offers to set back a change that was made. None where an old value can't be set, or `update` is switched off. */
export function undoButtons(
  { services, origin }: Interaction,
  change: Pick<Change, 'deliveryKey' | 'settings' | 'before'>,
): Button[] {
  const mayBe = settingsBack(change) !== null && !services.disabled.has('update');
  return mayBe ? undoButton(change, origin) : [];
}
