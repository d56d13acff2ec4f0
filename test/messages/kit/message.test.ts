import { describe, expect, it } from 'vitest';
import { context, formsOf, message } from '../../../src/messages/kit/message.ts';
import { channel, code, date, link, member, richText, say } from '../../../src/messages/kit/sentence.ts';

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

  it('is its notification where its blocks have no words', () => {
    expect(formsOf({ text: 'Working', blocks: [{ type: 'divider' }] }).at(-1)?.text).toBe('Working');
    expect(formsOf({ text: 'Hello', blocks: [richText(say`Hello`)] })).toHaveLength(2);
  });
});
