import type { z } from 'zod';
import type { blocksOn } from '../../slack/block-kit/blocks.ts';
import type { confirmDialog } from '../../slack/block-kit/composition.ts';
import type { richText } from '../../slack/block-kit/rich-text.ts';

/**
 * What is drawn, as the sandbox's Slack has let it in: these types are those of the schemas it checks blocks with.
 * Whatever has a place for an id has one by then.
 */
type On<Surface extends keyof typeof blocksOn> = z.infer<(typeof blocksOn)[Surface]>[number];

export type Block = On<'message'> | On<'modal'> | On<'home'>;
export type BlockOf<Type extends Block['type']> = Extract<Block, { type: Type }>;

export type RichText = z.infer<typeof richText>;
export type Confirm = z.infer<typeof confirmDialog>;
export type Text = NonNullable<BlockOf<'section'>['text']>;

export type Element =
  | BlockOf<'actions'>['elements'][number]
  | NonNullable<BlockOf<'section'>['accessory']>
  | BlockOf<'context_actions'>['elements'][number]
  | BlockOf<'input'>['element'];
export type ElementOf<Type extends Element['type']> = Extract<Element, { type: Type }>;

export type Option = NonNullable<ElementOf<'static_select'>['options']>[number];
export type Choice = ElementOf<'checkboxes'>['options'][number];
