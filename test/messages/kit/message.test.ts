import { describe, expect, it } from 'vitest';
import { failureMessage, Refusal } from '../../../src/messages/failure-text.ts';
import { button } from '../../../src/messages/kit/blocks.ts';
import { context, formsOf, message, notification, withButtons } from '../../../src/messages/kit/message.ts';
import {
  channel,
  code,
  date,
  enumerate,
  link,
  member,
  mentions,
  richText,
  say,
} from '../../../src/messages/kit/sentence.ts';

describe('the simplest form of a message', () => {
  it('is its words as text, each block on a line of its own', () => {
    const at = new Date('2026-01-02T03:04:00Z');
    const told = message(
      say`${member('U1')} deleted ${'Edda <!channel>'} in ${channel('C1')} ${date(at)}.`,
      say`See ${link('it', 'https://example.com/a?b&c')}.`,
    );
    const forms = formsOf({
      ...told,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Edda & co' } },
        ...told.blocks,
        {
          type: 'section',
          fields: [
            { type: 'mrkdwn', text: '*Role*' },
            { type: 'plain_text', text: '<a>' },
          ],
        },
        { type: 'divider' },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Approve' } }] },
        context(say`Reference ${code('K7Q2')}`),
      ],
    });
    expect(forms.at(-1)).toEqual({
      text: [
        'Edda &amp; co',
        '<@U1> deleted Edda &lt;!channel&gt; in <#C1> <!date^1767323040^{date_short_pretty} at {time}|2026-01-02 03:04 UTC>.',
        'See <https://example.com/a?b&amp;c|it>.',
        '*Role*',
        '&lt;a&gt;',
        'Reference `K7Q2`',
      ].join('\n'),
      blocks: [],
    });
  });

  it('is the same however plain the form before it, and no longer than Slack takes', () => {
    const long = message(...([say`first`, ...Array(40).fill(say`${'x'.repeat(200)}`)] as const));
    const forms = formsOf({ text: 'table', blocks: [{ type: 'divider' }], plainer: long });
    expect(forms).toHaveLength(3);
    expect(forms.at(-1)?.text).toMatch(/^first\nx{200}/);
    expect(forms.at(-1)?.text.length).toBeLessThanOrEqual(2_900);
  });

  it.each([
    { what: 'a sign that is escaped', sentence: say`${'&'.repeat(600)}` },
    {
      what: 'a mention',
      sentence: say`${mentions(Array(200).fill('U0NORA001'), 'and', 200)}`,
    },
    {
      what: 'a link',
      sentence: say`${enumerate(Array(90).fill(link('a & b', 'https://example.com/a')))}`,
    },
  ])('is never cut inside $what', ({ sentence }) => {
    for (let before = 0; before < 50; before += 1) {
      const lines = message(say`${'y'.repeat(before)}`, ...Array(6).fill(sentence));
      const { text } = formsOf(lines).at(-1) ?? { text: '' };
      expect(text).toMatch(/^([^<>&]|&(amp|lt|gt);|<[^<>]+>)*…$/);
      expect(text.length).toBeLessThanOrEqual(2_900);
    }
  });

  it('is its notification where its blocks have no words', () => {
    expect(formsOf({ text: 'Working', blocks: [{ type: 'divider' }] }).at(-1)?.text).toBe('Working');
    expect(formsOf({ text: 'Hello', blocks: [richText(say`Hello`)] })).toHaveLength(2);
  });
});

it('a notification is never cut inside a sign that is escaped', () => {
  const signs = enumerate(Array(30).fill(say`${'&'.repeat(200)}`));
  for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
    expect(notification(say`${before}${signs}`)).toMatch(/^([^<>&]|&amp;)*…$/);
  }
});

it('buttons of one kind are in blocks of their own, as Slack takes an action id once in a block', () => {
  const buttonFor = (actionId: string, value: string) => button({ actionId, text: 'Show', value });
  const [show, another, other] = [buttonFor('a', '1'), buttonFor('a', '2'), buttonFor('b', '1')];
  const told = withButtons(message(say`Whom?`), [show, another, other]);
  expect(told.blocks.slice(1)).toEqual([
    { type: 'actions', elements: [show, other] },
    { type: 'actions', elements: [another] },
  ]);
  const buttons = [show, another];
  expect(failureMessage(new Refusal(say`Whom?`, { buttons }), 'K7Q2', { kept: false })).toEqual(
    withButtons(message(say`Whom?`), buttons),
  );
});

it('a button names what cannot be seen in its words', () => {
  const { text } = button({ actionId: 'a', text: 'Delete Ada\u202e\u200b', value: '1' });
  expect(text.text).toBe('Delete Ada‹U+202E›‹U+200B›');
});
