import { MemberId } from '../../ids.ts';

/** What Slack made of a piece of what was typed (`should_escape`, docs.slack.dev slash commands). */
export type Entity =
  | { kind: 'mention'; memberId: MemberId }
  /** `disguised` where the person saw something else than the address. */
  | { kind: 'address'; address: string | 'disguised' }
  /** What names several people, or none: `@here`, `@group`, `#channel`, a date. */
  | { kind: 'special' }
  | { kind: 'link' };

/**
 * Text as the person saw it. `mask` is as long, with each entity and each letter that Slack escaped as letters that mean
 * nothing, so that spaces and marks inside of a name do not count.
 */
export type Seen = {
  text: string;
  mask: string;
  entities: readonly (Entity & { start: number; end: number })[];
};

const PIECE = /<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>|&(lt|gt|amp);/g;
const ESCAPED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
]);
const OBJECT = '\uFFFC';

/** Reads what Slack escaped: `<@U123|name>`, `<mailto:a@example.com|a@example.com>`, `<!here>`, `&amp;`. */
export function seen(raw: string): Seen {
  const entities: (Entity & { start: number; end: number })[] = [];
  let text = '';
  let mask = '';
  let from = 0;
  for (const match of raw.matchAll(PIECE)) {
    const [whole, sigil, target = '', label, escaped] = match;
    text += raw.slice(from, match.index);
    mask += raw.slice(from, match.index);
    from = match.index + whole.length;
    const character = escaped === undefined ? undefined : ESCAPED.get(escaped);
    if (character !== undefined) {
      text += character;
      mask += character;
      continue;
    }
    const piece = entityOf(sigil ?? '', unescaped(target), label && unescaped(label));
    entities.push({ ...piece.entity, start: text.length, end: text.length + piece.shown.length });
    text += piece.shown;
    mask += OBJECT.repeat(piece.shown.length);
  }
  return { text: text + raw.slice(from), mask: mask + raw.slice(from), entities };
}

function entityOf(
  sigil: string,
  target: string,
  label: string | undefined,
): { entity: Entity; shown: string } {
  if (sigil === '@') {
    const memberId = MemberId.safeParse(target);
    const shown = `@${label || target}`;
    return memberId.success
      ? { entity: { kind: 'mention', memberId: memberId.data }, shown }
      : { entity: { kind: 'special' }, shown };
  }
  if (sigil === '#') return { entity: { kind: 'special' }, shown: `#${label || target}` };
  // `<!here>`, `<!subteam^S123|@group>`, `<!date^…|today>`
  if (sigil === '!') return { entity: { kind: 'special' }, shown: label || `@${target.split('^')[0]}` };
  if (/^mailto:/i.test(target)) {
    const address = target.slice('mailto:'.length);
    const shown = label || address;
    const disguised = shown.toLowerCase() !== address.toLowerCase();
    return { entity: { kind: 'address', address: disguised ? 'disguised' : address }, shown };
  }
  return { entity: { kind: 'link' }, shown: label || target };
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
