import { z } from 'zod';
import type { Json } from '../../sandbox/control/protocol.ts';
import { problemsOfBlocks, problemsOfView } from '../../sandbox/slack/block-kit/validate.ts';
import { CODE_MARKUP, MARKUP, NEW_LINE } from './text.ts';

/** Whom and what the bot itself may name. All else that comes alive in Slack came out of somebody's data. */
export type Known = { members: readonly string[]; channels: readonly string[]; links: readonly string[] };

const DATE_FORMATS = ['{date_short_pretty} at {time}', '{date_short_pretty}'];

/** What Slack makes alive in mrkdwn (docs.slack.dev, formatting message text). */
const PIECE = /<([^<>]*)>/g;
const ENTITIES = /&(amp|lt|gt);/g;

/** Cannot be seen, or changes how the rest is seen. Written by hand, to agree with no list of the bot's. */
const HIDDEN: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];
const isHidden = (character: string) => {
  const code = character.codePointAt(0) ?? 0;
  return HIDDEN.some(([from, to]) => from <= code && code <= to);
};
/** Between letters of scripts that join theirs, and in emoji, these are part of the writing. */
const JOINERS = ['\u200c', '\u200d', '\ufe0f'];
const JOINING = /(\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{M}|\p{Lo}|\ufe0f)$/u;

/** Fields that nobody is shown: they come back as input. `initial_value` has to stay as it is, to come back unchanged. */
const UNSEEN = ['value', 'private_metadata', 'initial_value', 'action_id', 'block_id', 'callback_id', 'type'];

const Fields = z.record(z.string(), z.unknown());

/** What is wrong with a message, by what its readers must not see. Empty when nothing is. */
export function problemsOfMessage(
  message: { text: string; blocks: readonly object[] },
  known: Known,
): string[] {
  const { text } = message;
  const blocks = asSent(message.blocks);
  return [
    ...problemsOfMrkdwn(text, known),
    ...problemsOfText(text),
    ...(text.trim() === '' ? ['a message without a text'] : []),
    ...(text.length > 4_000 ? ['a text that is too long'] : []),
    ...problemsIn(blocks, known),
    ...(message.blocks.length === 0 ? [] : problemsOfBlocks(blocks)),
  ];
}

/** The same for a modal or a Home tab. */
export function problemsOfShownView(view: { type: string }, known: Known): string[] {
  const sent = asSent(view);
  const size = JSON.stringify(sent).length > 250_000 ? ['a view that is too large'] : [];
  return [
    ...problemsIn(sent, known),
    ...problemsOfView(sent, view.type === 'home' ? 'home' : 'modal'),
    ...size,
  ];
}

/** The same for blocks or options whose form Slack has checked. */
export function problemsOfParts(parts: readonly object[], known: Known): string[] {
  return problemsIn(asSent(parts), known);
}

/** As it goes over the wire. */
function asSent(value: object): Json {
  const sent: Json = JSON.parse(JSON.stringify(value));
  return sent;
}

function problemsIn(value: unknown, known: Known, key = ''): string[] {
  if (typeof value === 'string') return UNSEEN.includes(key) ? [] : problemsOfText(value);
  if (Array.isArray(value)) return value.flatMap((each) => problemsIn(each, known, key));
  const fields = Fields.safeParse(value).data;
  if (fields === undefined) return [];
  return [
    ...problemsOfObject(fields, known),
    ...Object.entries(fields).flatMap(([name, each]) => problemsIn(each, known, name)),
  ];
}

function problemsOfObject(fields: Record<string, unknown>, known: Known): string[] {
  const { type, text } = fields;
  switch (type) {
    case 'mrkdwn':
      return [
        ...(fields.verbatim === true ? [] : ['mrkdwn that is not verbatim']),
        ...problemsOfMrkdwn(String(text), known),
        ...problemsOfMarkup(String(text)),
      ];
    case 'plain_text':
      return fields.emoji === false ? [] : ['plain text in which emoji come alive'];
    case 'user':
      return known.members.includes(String(fields.user_id)) ? [] : [`a mention of ${fields.user_id}`];
    case 'channel':
      return known.channels.includes(String(fields.channel_id)) ? [] : [`a channel ${fields.channel_id}`];
    case 'link':
      return isLink(String(fields.url), known.links) ? [] : [`a link to ${fields.url}`];
    case 'date':
      return DATE_FORMATS.includes(String(fields.format)) && fields.url === undefined
        ? []
        : ['a date of another form'];
    case 'broadcast':
    case 'usergroup':
    case 'emoji':
    case 'color':
    case 'image':
    case 'markdown':
      return [`a ${type}`];
    case 'button':
      return fields.url === undefined ? [] : ['a button that leads elsewhere'];
    default:
      return [];
  }
}

function problemsOfMrkdwn(text: string, known: Known): string[] {
  const alive = [...text.matchAll(PIECE)].flatMap(([whole, inner = '']) =>
    isOurs(inner, known) ? [] : [whole],
  );
  const rest = text.replaceAll(PIECE, '').replaceAll(ENTITIES, '');
  return [
    ...alive.map((piece) => `${piece} came alive`),
    ...(/[<>&]/.test(rest) ? [`unescaped: ${JSON.stringify(rest.slice(0, 200))}`] : []),
  ];
}

/** Where a link leads: it begins so, and has no other address in it. */
const isLink = (url: string, links: readonly string[]) =>
  links.some((link) => url.startsWith(link) && /^[\w/?=&;.-]*$/.test(url.slice(link.length)));

function isOurs(inner: string, { members, channels, links }: Known): boolean {
  if (inner.startsWith('@')) return members.includes(inner.slice(1));
  if (inner.startsWith('#')) return channels.includes(inner.slice(1));
  if (inner.startsWith('!')) {
    const [, format = '', rest] = /^!date\^-?\d+\^([^|^]*)\|([^|]*)$/.exec(inner) ?? [];
    return DATE_FORMATS.includes(format) && /^[-+\d]+ [\d:]+ UTC$/.test(rest ?? '');
  }
  return isLink(inner.split('|')[0] ?? '', links);
}

/** Only where Slack draws it: in a code span nothing but another code span's mark is drawn. */
function problemsOfMarkup(text: string): string[] {
  const outside = text.replaceAll(/`[^`]*`/g, '');
  return [
    ...MARKUP.filter((markup) => outside.includes(markup)),
    ...CODE_MARKUP.filter((markup) => text.includes(markup)),
  ].map((markup) => `${markup} is drawn as markup`);
}

function problemsOfText(text: string): string[] {
  if (!text.isWellFormed()) return ['half a character'];
  const hidden = [...text.matchAll(/[^\n -~]/gu)].filter(
    ({ 0: each, index }) => isHidden(each) && !isWriting(text, each, index),
  );
  return [
    ...hidden.map(({ 0: each }) => `hidden: U+${each.codePointAt(0)?.toString(16)}`),
    ...(text.includes(NEW_LINE) ? ["a line break out of somebody's data"] : []),
  ];
}

function isWriting(text: string, character: string, index: number): boolean {
  return JOINERS.includes(character) && JOINING.test(text.slice(0, index));
}
