import { z } from 'zod';
import { blocksOn } from './blocks.ts';
import { plainText } from './composition.ts';

const view = {
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};

/** https://docs.slack.dev/reference/views/modal-views */
export const modalView = z
  .strictObject({
    type: z.literal('modal'),
    title: plainText(24),
    blocks: blocksOn.modal,
    close: plainText(24).optional(),
    submit: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
    ...view,
  })
  .refine((modal) => modal.submit !== undefined || !modal.blocks.some((each) => each.type === 'input'), {
    message: '`submit` is required when an input block is within the blocks array',
    path: ['submit'],
  });

/** https://docs.slack.dev/reference/views/home-tab-views */
export const homeView = z.strictObject({ type: z.literal('home'), blocks: blocksOn.home, ...view });
