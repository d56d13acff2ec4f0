import { expect, it } from 'vitest';
import { button } from '../../../src/messages/kit/blocks.ts';

const textOf = (text: string) => button({ actionId: 'a', text, value: '1' }).text.text;

it('a button shows what a name hides or turns around, and keeps what a name is written with', () => {
  expect(textOf('Reset Eve \u202egro.elpmaxe')).toBe('Reset Eve ‹U+202E›gro.elpmaxe');
  expect(textOf('Reset Ada\u200b\nNote')).toBe('Reset Ada‹U+200B› Note');
  expect(textOf('Reset می\u200cخواهم')).toBe('Reset می\u200cخواهم');
});
