import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { openPage, type Reader } from '../../../support/browser/browser.ts';
import type { SandboxOptions } from '../../sandbox.ts';
import { plain, startSample } from './sample.ts';

/** A form with a button to save it. */
export const view = (title: string, ...blocks: ModalView['blocks']): ModalView => ({
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: 'Save' },
  blocks,
});
type TextField = Extract<ModalView['blocks'][number], { type: 'input' }>;

/** A field for a line of text, called by its id; `focused`: where one begins. */
export const textField = (id: string, optional = false, focused = false): TextField => ({
  type: 'input',
  block_id: id,
  optional,
  label: plain(id),
  element: { type: 'plain_text_input', action_id: id, max_length: 20, focus_on_load: focused },
});

/** The page with a modal in front, which `/sample` opens. */
export async function openModal(
  modal: ModalView,
  register: (app: App) => void = () => undefined,
  options: SandboxOptions = {},
): Promise<Reader> {
  const { page: url } = await startSample((app) => {
    app.command('/sample', async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: body.trigger_id, view: modal });
    });
    register(app);
  }, options);
  const reader = await openPage(url);
  await reader.say('/sample');
  await reader.sees(reader.modal);
  return reader;
}
