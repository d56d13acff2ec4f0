import { z } from 'zod';

/** Composition objects, see https://docs.slack.dev/reference/block-kit/composition-objects. Lengths in characters. */
export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

export const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

export const anyText = (max: number) => z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);

/** `block_id` and `action_id`. */
export const id = z.string().min(1).max(255);

const optionFields = {
  value: z.string().min(1).max(75),
  description: plainText(75).optional(),
};

/** An option of a select menu. */
export const selectOption = z.strictObject({ text: plainText(75), ...optionFields });

/** An option of an overflow menu, the only one that may carry a link. */
export const overflowOption = z.strictObject({
  text: plainText(75),
  ...optionFields,
  url: z.url().max(3000).optional(),
});

/** An option of radio buttons and checkboxes, whose texts may be mrkdwn. */
export const choiceOption = z.strictObject({
  text: anyText(75),
  ...optionFields,
  description: anyText(75).optional(),
});

export const optionGroup = z.strictObject({
  label: plainText(75),
  options: z.array(selectOption).min(1).max(100),
});

export const confirmDialog = z.strictObject({
  title: plainText(100).optional(),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

export const dispatchActionConfig = z.strictObject({
  trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1),
});

const slackFile = z.union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.url() })]);

const imageFields = {
  image_url: z.url().max(3000).optional(),
  slack_file: slackFile.optional(),
  alt_text: z.string().min(1).max(2000),
};

const onePicture = (image: { image_url?: unknown; slack_file?: unknown }) =>
  (image.image_url === undefined) !== (image.slack_file === undefined);

export const imageElement = z
  .strictObject({ type: z.literal('image'), ...imageFields })
  .refine(onePicture, 'must have one of image_url and slack_file');

export const imageBlock = z
  .strictObject({
    type: z.literal('image'),
    block_id: id.optional(),
    title: plainText(2000).optional(),
    ...imageFields,
  })
  .refine(onePicture, 'must have one of image_url and slack_file');
