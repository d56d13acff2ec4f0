import { describe, expect, it } from 'vitest';
import { type Piece, parseMrkdwn } from './parse-mrkdwn.ts';

const text = (words: string): Piece => ({ kind: 'text', text: words });
const link = (url: string, words: string): Piece => ({ kind: 'link', url, text: words });
const bold = (...pieces: Piece[]): Piece => ({ kind: 'bold', pieces });

describe('mrkdwn', () => {
  it.each<{ written: string; read: Piece[] }>([
    { written: 'a *b* c', read: [text('a '), bold(text('b')), text(' c')] },
    { written: '2*3*4 and snake_case_name', read: [text('2*3*4 and snake_case_name')] },
    { written: '`*a*` b', read: [{ kind: 'code', text: '*a*' }, text(' b')] },
    { written: '*_both_*', read: [bold({ kind: 'italic', pieces: [text('both')] })] },
    { written: '`&lt;@U1&gt; &amp;amp;`', read: [{ kind: 'code', text: '<@U1> &amp;' }] },
    { written: '&lt;@U1&gt;', read: [text('<@U1>')] },
    {
      written: '<@U1> <#C1|name>',
      read: [{ kind: 'user', id: 'U1' }, text(' '), { kind: 'channel', id: 'C1' }],
    },
    { written: '<!channel>', read: [{ kind: 'broadcast', text: '@channel' }] },
    {
      written: '<mailto:a@example.com|a@example.com>',
      read: [link('mailto:a@example.com', 'a@example.com')],
    },
    {
      written: 'at https://example.com/a?b&amp;c.',
      read: [text('at '), link('https://example.com/a?b&c', 'https://example.com/a?b&c'), text('.')],
    },
    {
      written: '&gt; one\n&gt; two\nthree',
      read: [{ kind: 'quote', pieces: [text('one\ntwo')] }, text('three')],
    },
    {
      written: '<!date^1735689600^{date} at {time}^https://example.com|then>',
      read: [
        {
          kind: 'date',
          seconds: 1735689600,
          format: '{date} at {time}',
          url: 'https://example.com',
          fallback: 'then',
        },
      ],
    },
    { written: '10:30:45 :no_such: :eyes:', read: [text('10:30:45 :no_such: 👀')] },
  ])('$written', ({ written, read }) => {
    expect(parseMrkdwn(written, false)).toEqual(read);
  });

  it('leaves addresses alone where it is verbatim', () => {
    expect(parseMrkdwn('at https://example.com', true)).toEqual([text('at https://example.com')]);
  });
});
