import { type ComponentChild, h } from 'preact';
import { useState } from 'preact/hooks';
import type { Confirm } from '../block-kit.ts';
import { ConfirmDialog } from '../confirm.ts';
import { reasonOf } from '../control.ts';
import { useSurface, type Value } from '../surface.ts';

type Actionable = { action_id?: string | undefined; confirm?: Confirm | undefined };

/**
 * How an element is used: after its confirm dialog, where it has one. A click is not repeated before Slack has
 * answered the one before; a value goes there whenever it changes.
 */
export function useAction(element: Actionable, blockId: string) {
  const surface = useSurface();
  const [underWay, setUnderWay] = useState(0);
  const [failure, setFailure] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ value: Value | undefined } | null>(null);

  async function send(value: Value | undefined): Promise<void> {
    setUnderWay((before) => before + 1);
    setFailure(null);
    try {
      const outcome = await surface.use(blockId, element.action_id ?? '', value);
      if (!outcome.acknowledged) setFailure('The app did not answer');
    } catch (error) {
      setFailure(reasonOf(error));
    }
    setUnderWay((before) => before - 1);
  }

  const dialog: ComponentChild | null =
    asked !== null && element.confirm !== undefined
      ? h(ConfirmDialog, {
          confirm: element.confirm,
          answered: (yes) => {
            setAsked(null);
            if (yes) void send(asked.value);
          },
        })
      : null;
  return {
    busy: underWay > 0,
    use: (value?: Value) => {
      if (underWay > 0 && value === undefined) return;
      if (element.confirm === undefined) void send(value);
      else setAsked({ value });
    },
    /** Slack's warning sign, and the dialog while it is open. */
    beside: [
      dialog,
      failure !== null && h('span', { class: 'failure', role: 'alert', title: failure }, `⚠️ ${failure}`),
    ],
  };
}
