import { expect, it } from 'vitest';
import { AUDIT_TRAIL, BOT, CDN_ADMINS, MIRA, TOMAS } from '../cast.ts';
import { describeSees } from './describe.ts';
import type { JsonObject } from './protocol.ts';

it('names whoever is mentioned, in mrkdwn and in rich text', () => {
  const mentions = `<@${TOMAS.id}> <@${MIRA.id}> <!subteam^${CDN_ADMINS.id}> <#${AUDIT_TRAIL.id}>`;
  const elements: JsonObject[] = [
    { type: 'user', user_id: MIRA.id },
    { type: 'text', text: ' ' },
    { type: 'usergroup', usergroup_id: CDN_ADMINS.id },
  ];
  const blocks: JsonObject[] = [
    { type: 'section', text: { type: 'mrkdwn', text: mentions } },
    { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] },
  ];
  const message = { ts: '1.0', author: BOT.userId, text: '', blocks, ephemeral: false, edited: false };
  const channel = { id: 'C1', name: 'one', kind: 'public', shared: false, messages: [message] } as const;
  const sees = {
    version: 1,
    channels: [{ ...channel, messages: [message] }],
    modals: [],
    home: null,
    notices: [],
  };
  expect(describeSees(sees).split('\n').slice(2)).toEqual([
    '    @tomas @mira @cdn-admins #fastly-audit',
    '    @mira @cdn-admins',
  ]);
});
