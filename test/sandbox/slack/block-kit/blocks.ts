import { z } from 'zod';
import { dataVisualization } from './charts.ts';
import { anyText, id, imageBlock, imageElement, mrkdwn, plainText } from './composition.ts';
import {
  button,
  checkboxes,
  dateTimePicker,
  feedbackButtons,
  fileInput,
  iconButton,
  overflow,
  pickers,
  radioButtons,
  richTextInput,
  selects,
  textInputs,
  workflowButton,
} from './elements.ts';
import { richText } from './rich-text.ts';
import { dataTable, table } from './tables.ts';

const block = { block_id: id.optional() };

const actions = z.strictObject({
  type: z.literal('actions'),
  ...block,
  elements: z
    .array(
      z.discriminatedUnion('type', [
        button,
        checkboxes,
        dateTimePicker,
        overflow,
        ...pickers,
        radioButtons,
        richTextInput,
        ...selects,
        workflowButton,
      ]),
    )
    .min(1)
    .max(25),
});

const section = z
  .strictObject({
    type: z.literal('section'),
    ...block,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z
      .discriminatedUnion('type', [
        button,
        checkboxes,
        imageElement,
        overflow,
        ...pickers,
        radioButtons,
        ...selects,
        workflowButton,
      ])
      .optional(),
    expand: z.boolean().optional(),
  })
  .refine(
    (each) => each.text !== undefined || each.fields !== undefined,
    'must have at least one of text and fields',
  );

const input = z.strictObject({
  type: z.literal('input'),
  ...block,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: z.discriminatedUnion('type', [
    checkboxes,
    dateTimePicker,
    fileInput,
    ...pickers,
    radioButtons,
    richTextInput,
    ...selects,
    ...textInputs,
  ]),
});

const context = z.strictObject({
  type: z.literal('context'),
  ...block,
  elements: z
    .array(z.discriminatedUnion('type', [imageElement, plainText(3000), mrkdwn(3000)]))
    .min(1)
    .max(10),
});

const header = z.strictObject({ type: z.literal('header'), ...block, text: plainText(150) });
const divider = z.strictObject({ type: z.literal('divider'), ...block });

const video = z.strictObject({
  type: z.literal('video'),
  ...block,
  video_url: z.url(),
  thumbnail_url: z.url(),
  alt_text: z.string().min(1),
  title: plainText(199),
  title_url: z.url({ protocol: /^https$/ }).optional(),
  author_name: z.string().max(49).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: z.url().optional(),
  description: plainText(199).optional(),
});

const everywhere = [actions, context, divider, header, imageBlock, input, richText, section, video] as const;

const alert = z.strictObject({
  type: z.literal('alert'),
  ...block,
  text: anyText(200),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

const card = z.strictObject({
  type: z.literal('card'),
  ...block,
  hero_image: imageElement.optional(),
  icon: imageElement.optional(),
  title: mrkdwn(150).optional(),
  subtitle: mrkdwn(150).optional(),
  body: mrkdwn(200).optional(),
  actions: z.array(button).min(1).max(3).optional(),
});

const container = z.strictObject({
  type: z.literal('container'),
  ...block,
  title: plainText(150).optional(),
  rich_text_title: richText.optional(),
  subtitle: anyText(150).optional(),
  child_blocks: z
    .array(z.discriminatedUnion('type', [...everywhere, table]))
    .min(1)
    .max(10),
  width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
  icon: imageElement.optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
  has_header_divider: z.boolean().optional(),
});

const taskCard = z.strictObject({
  type: z.literal('task_card'),
  ...block,
  task_id: z.string().min(1),
  title: z.string().min(1),
  details: richText.optional(),
  output: richText.optional(),
  sources: z
    .array(z.strictObject({ type: z.literal('url'), url: z.url(), text: z.string().min(1) }))
    .optional(),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
});

const inMessages = [
  card,
  z.strictObject({ type: z.literal('carousel'), ...block, elements: z.array(card).min(1).max(10) }),
  container,
  z.strictObject({
    type: z.literal('context_actions'),
    ...block,
    elements: z
      .array(z.discriminatedUnion('type', [feedbackButtons, iconButton]))
      .min(1)
      .max(5),
  }),
  dataTable,
  dataVisualization,
  z.strictObject({ type: z.literal('markdown'), ...block, text: z.string().min(1).max(12_000) }),
  z.strictObject({
    type: z.literal('plan'),
    ...block,
    title: z.string().min(1),
    tasks: z.array(taskCard).optional(),
  }),
  table,
  taskCard,
] as const;

const messageBlocks = z.array(z.discriminatedUnion('type', [...everywhere, ...inMessages])).max(50);
const modalBlocks = z.array(z.discriminatedUnion('type', [...everywhere, alert])).max(100);
const homeBlocks = z.array(z.discriminatedUnion('type', [...everywhere])).max(100);

/** What may stand where: https://docs.slack.dev/reference/block-kit/blocks. */
export const blocksOn = { message: messageBlocks, modal: modalBlocks, home: homeBlocks };
