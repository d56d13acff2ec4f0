import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SlackFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { callSlack } from '../../sandbox/slack/bolt-app.ts';
import { untilTold } from '../support/approving.ts';
import { openHome } from '../support/home-tab.ts';
import { messagesIn, wordsOf } from '../support/seeing.ts';
import { SHORT_ANSWER, startWorkplace } from '../support/workplace.ts';

const LONG = 600;
const SLOW_ACCOUNT = { match: 'GET /current_customer', milliseconds: 1_500 };

const says = (who: ActingMember, words: string) =>
  who.until((sees) => wordsOf(sees.modals[0]?.blocks).includes(words), `the modal to say '${words}'`);
const untilForm = (who: ActingMember) =>
  who.until((sees) => sees.modals[0]?.callbackId === 'password.form', 'the form');

describe('a form that is drawn after it was opened', () => {
  it('passes the hash of the view that it replaces', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('password');
    await untilForm(nora);
    const updates = (await client.slackCalls()).filter(({ method }) => method === 'views.update');
    expect(updates.map(({ args }) => typeof args.hash)).toEqual(['string']);
  });

  it('leaves alone what is newer by then', async () => {
    const { client, slack, log } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ delay: { ...SLOW_ACCOUNT, milliseconds: 800 } });
    await nora.command('password');
    const { id } = await nora.until((sees) => sees.modals[0], 'the modal');
    const text = { type: 'plain_text', text: 'Newer' };
    const view = { type: 'modal', title: text, blocks: [{ type: 'section', text }] };
    await callSlack(slack, 'views.update', { view_id: id, view });
    await log.until('a modal was not updated');
    expect(wordsOf((await nora.sees()).modals[0]?.blocks)).toBe(' Newer ');
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toEqual([]);
  });

  it('says what else there is where Fastly is slow, and is shown then', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW_ACCOUNT });
    await nora.command('password');
    await says(nora, 'This takes longer than usual.');
    await says(nora, 'Run /fastly-user help for commands that need no form.');
    await untilForm(nora);
  });

  it('is shown also where the answer to the notice before it was lost', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW_ACCOUNT });
    await client.slackFaults({ lose: { method: 'views.update', when: 'after', times: 1 } });
    await nora.command('password');
    await says(nora, 'This takes longer than usual.');
    await untilForm(nora);
  });

  it.each<[string, Partial<SlackFaults>]>([
    ['limits it', { rateLimit: { method: 'views.update', retryAfter: 1, times: 1 } }],
    ['does not take it', { refuse: { method: 'views.update', error: 'internal_error', times: 5 } }],
    ['loses it', { lose: { method: 'views.update', when: 'before', times: 5 } }],
  ])('is told of where Slack %s, and is shown in the end', async (_what, faults) => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.slackFaults(faults);
    await nora.command('password');
    await untilTold(nora, "Slack isn't showing the form yet.");
    await untilForm(nora);
  });

  it('is told of within the time for an answer, however long Slack limits it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.slackFaults({ rateLimit: { method: 'views.update', retryAfter: LONG, times: 1 } });
    await nora.command('password');
    await untilTold(nora, "Slack isn't showing the form yet.");
  });

  it.each(['invalid_blocks', 'view_too_large'])(
    'gives way to a notice after %s, and to a message where Slack refuses that, too',
    async (error) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await client.slackFaults({ refuse: { method: 'views.update', error, times: 1 } });
      await nora.command('password');
      await says(nora, "Slack didn't accept the form. Run /fastly-user help for commands that need no form.");
      await nora.close();
      await client.slackFaults({ refuse: { method: 'views.update', error, times: 2 } });
      await nora.command('password');
      await untilTold(nora, "Slack didn't accept the form");
    },
  );

  it('that is closed before it says why there is none says it in a message', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({
      delay: { match: 'GET /user/', milliseconds: 800 },
      fail: { match: 'GET /user/', status: 500, times: 9 },
    });
    await nora.command(`update ${ENGINEER.id}`);
    await nora.until((sees) => sees.modals[0], 'the modal');
    await nora.close();
    await log.until('a modal was not updated');
    await untilTold(nora, 'Fastly returned an error (500)');
  });
});

describe('a form that does not open', () => {
  it.each(['expired_trigger_id', 'ratelimited'])(
    'is told of where the click was, after %s',
    async (error) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await openHome(nora);
      await client.slackFaults({ refuse: { method: 'views.open', error, times: 2 } });
      await nora.click({ view: 'home', actionId: 'home.get' });
      await untilTold(nora, "Slack didn't open the form", 'direct');
      await nora.command('get');
      await untilTold(nora, "Slack didn't open the form");
    },
  );
});

describe('a form that is sent', () => {
  it('is followed by a larger one than an acknowledgement takes', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 403 });
    await nora.command('create');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'create.form', 'the form');
    // Three bytes a character.
    await nora.submit({ address: 'grace@example.com', reason: '…'.repeat(240) });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'invite.form', 'the next form');
    const [drawn] = (await client.slackCalls()).filter(({ method }) => method === 'views.update');
    expect(Buffer.byteLength(JSON.stringify(drawn?.args.view))).toBeGreaterThan(3_000);
    expect((await nora.sees()).notices).toEqual([]);
  });

  it.each<[string, Partial<SlackFaults>]>([
    ['refuses', { refuse: { method: 'views.update', error: 'invalid_blocks', times: 1 } }],
    ['loses', { lose: { method: 'views.update', when: 'before', times: 1 } }],
    ['limits', { rateLimit: { method: 'views.update', retryAfter: LONG, times: 1 } }],
  ])('says in a message what it cannot show again because Slack %s it', async (what, faults) => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({
      delay: { match: 'POST /user', milliseconds: 1_000 },
      fail: { match: 'POST /user', status: 400, body: '{"msg":"Record invalid"}', times: 9 },
    });
    await client.slackFaults(faults);
    await nora.command('create');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'create.form', 'the form');
    await nora.submit({ address: 'grace@example.com' });
    await untilTold(nora, 'Record invalid', 'direct');
    if (what === 'refuses') await says(nora, 'The bot sent it to you in a direct message.');
  });

  it('says in the end that it is done, also where Slack loses that at first', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'POST /user', milliseconds: 1_000 } });
    await client.slackFaults({ lose: { method: 'views.update', when: 'before', times: 1 } });
    await nora.command('create');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'create.form', 'the form');
    await nora.submit({ address: 'grace@example.com' });
    await says(nora, 'Done. The result is in the channel.');
  });
});
