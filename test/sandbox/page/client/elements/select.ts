import { Fragment, h } from 'preact';
import { useState } from 'preact/hooks';
import type { Json } from '../../../control/protocol.ts';
import type { Element, Option } from '../block-kit.ts';
import { reasonOf } from '../control.ts';
import { useNames } from '../names.ts';
import { titleOf } from '../seen.ts';
import { type Surface, useSurface } from '../surface.ts';
import { plain } from '../text/text.ts';
import { Combobox, type Item, type Offer } from './combobox.ts';
import type { Field } from './field.ts';
import { useAction } from './use-action.ts';

export type SelectElement = Extract<Element, { type: `${string}_select` }>;

/** Slack's own, where an external select names none. */
const DEFAULT_MIN_QUERY_LENGTH = 3;

/** A menu of options, of members or of channels, for one or for several. */
export function Select({
  element,
  blockId,
  field,
}: {
  element: SelectElement;
  blockId: string;
  field?: Field;
}) {
  const surface = useSurface();
  const { busy, use, beside } = useAction(element, blockId);
  const actionId = element.action_id ?? '';
  const several = element.type.startsWith('multi_');
  const own = useOwnItems(element);
  const kept = surface.valueOf(blockId, actionId);
  const [here, setHere] = useState<Item[] | null>(null);
  const chosen = here ?? chosenIn(kept ?? initialOf(element), own);
  const choose = (items: Item[]) => {
    setHere(items);
    const values = items.map(({ value }) => value);
    use(several ? values : (values[0] ?? null));
  };
  const external = element.type === 'external_select' || element.type === 'multi_external_select';
  const offer = (query: string): Promise<Offer> =>
    external
      ? offerFrom(surface, blockId, actionId, query, element.min_query_length ?? DEFAULT_MIN_QUERY_LENGTH)
      : Promise.resolve({ items: own.filter(({ text }) => fits(text, query)) });
  const placeholder = element.placeholder === undefined ? 'Choose…' : plain(element.placeholder);
  const focused = element.focus_on_load ?? false;
  return h(
    Fragment,
    null,
    h(Combobox, { field, label: undefined, placeholder, chosen, several, busy, focused, offer, choose }),
    beside,
  );
}

/** What the page knows to offer: the element's own options, the members, the channels. */
function useOwnItems(element: SelectElement): Item[] {
  const { setting, channels } = useNames();
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select':
      return [
        ...(element.options ?? []).map((option) => itemOf(option)),
        ...(element.option_groups ?? []).flatMap(({ label, options }) =>
          options.map((option) => itemOf(option, plain(label))),
        ),
      ];
    case 'users_select':
    case 'multi_users_select':
      return setting.members.map(({ id, realName }) => bareItem(id, realName));
    case 'channels_select':
    case 'multi_channels_select':
    case 'conversations_select':
    case 'multi_conversations_select':
      return channels.map((channel) => bareItem(channel.id, titleOf(channel)));
    default:
      return [];
  }
}

async function offerFrom(
  surface: Surface,
  blockId: string,
  actionId: string,
  query: string,
  least: number,
): Promise<Offer> {
  if (query.length < least) return { notice: `Type at least ${least} character${least === 1 ? '' : 's'}` };
  try {
    const answer = await surface.typeAhead(blockId, actionId, query);
    if (!answer.acknowledged) return { notice: answer.notice };
    return { items: answer.options.flatMap((option) => (isOption(option) ? [itemOf(option)] : [])) };
  } catch (error) {
    return { notice: reasonOf(error) };
  }
}

/** What a state such as `{ selected_option: … }` or `{ selected_users: […] }` holds. */
function chosenIn(state: { [key: string]: unknown }, own: Item[]): Item[] {
  const held = Object.entries(state).flatMap(([key, value]) =>
    /^(selected|initial)_/.test(key) ? [value] : [],
  );
  return held.flat().flatMap((each) => {
    if (isOption(each)) return [itemOf(each)];
    if (typeof each !== 'string') return [];
    return [own.find(({ value }) => value === each) ?? bareItem(each, each)];
  });
}

const initialOf = (element: SelectElement): { [key: string]: unknown } => ({ ...element });

function isOption(value: Json | unknown): value is Option {
  return typeof value === 'object' && value !== null && 'value' in value && 'text' in value;
}

function itemOf({ value, text, description }: Option, group: string | null = null): Item {
  return {
    value,
    text: plain(text),
    description: description === undefined ? null : plain(description),
    group,
  };
}

const bareItem = (value: string, text: string): Item => ({ value, text, description: null, group: null });

const fits = (text: string, query: string) => text.toLowerCase().includes(query.trim().toLowerCase());
