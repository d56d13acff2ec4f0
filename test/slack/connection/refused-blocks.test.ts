import { WebAPIPlatformError } from '@slack/web-api';
import { expect, it } from 'vitest';
import { refusedBlocks } from '../../../src/slack/connection/refused-blocks.ts';

const refused = (messages: string[]) =>
  new WebAPIPlatformError({ ok: false, error: 'invalid_blocks', response_metadata: { messages } });

it.each([
  {
    what: 'a message',
    messages: [
      '[ERROR] failed to match all allowed schemas [json-pointer:/blocks/1/text]',
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
    ],
    named: ['table at /blocks/1/text', 'table at /blocks/1/text/text'],
  },
  {
    what: 'a view',
    messages: ['[ERROR] unsupported type: data_table [json-pointer:/view/blocks/0/type]'],
    named: ['section at /view/blocks/0/type'],
  },
  {
    what: 'a block that was not sent',
    messages: ['[ERROR] no [json-pointer:/blocks/9]'],
    named: ['a block at /blocks/9'],
  },
  {
    what: 'a message, without saying where',
    messages: ['[ERROR] invalid_keys'],
    named: ['section', 'table'],
  },
])('names the blocks that Slack points at in $what', ({ messages, named }) => {
  const blocks = [{ type: 'section' }, { type: 'table' }];
  expect(refusedBlocks(refused(messages), { blocks })).toEqual(named);
});

it('names the kinds of all blocks where another error has no pointers', () => {
  expect(refusedBlocks(new Error('[json-pointer:/blocks/0]'), { blocks: [{ type: 'section' }] })).toEqual([
    'section',
  ]);
});
