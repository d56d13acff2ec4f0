import { describe, expect, it } from 'vitest';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { BILLING, ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForDeletion, databaseInFile, startAnother } from '../support/approving.ts';
import { headersOf, openHome, rowsOf, untilAtHome, untilGoneFromHome } from '../support/home-tab.ts';
import { wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('a Home tab that was opened before', () => {
  it('shows a request from when it is filed until it is over', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const before = (await client.fastlyUsers()).length;
    await openHome(tomas);
    await untilAtHome(tomas, 'The account', `${before} users`);
    await openHome(nora);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
    await untilAtHome(nora, 'Your open requests', `request ${request.id}`);
    await request.take(tomas, 'approve');
    for (const who of [nora, tomas]) {
      await untilAtHome(who, 'Latest changes', `${ENGINEER.name} ( ${ENGINEER.login} ) was deleted`);
      await untilAtHome(who, 'Waiting for you', 'Nothing is waiting for you');
      await untilAtHome(who, 'Your open requests', 'You have no open requests.');
      await untilAtHome(who, 'The account', `${before - 1} users`);
    }
  });

  it('shows a reset', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    await client.as(NORA).command(`reset ${BILLING.login}`);
    await untilAtHome(tomas, 'Latest changes', `<@${NORA.id}> sent a password reset to ${BILLING.name}`);
  });
});

describe('a Home tab that was opened before', () => {
  it('shows that a request has expired', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
    await pass(7 * 24 * 3_600_000);
    await untilAtHome(tomas, 'Latest changes', 'expired');
    await untilGoneFromHome(tomas, 'Waiting for you', request.id);
  });

  it('links to the message of a request once it is posted, with nothing else happening', async () => {
    const { client, log } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await openHome(tomas);
    await client.slackFaults({ hold: { method: 'chat.postMessage', when: 'before', times: 1 } });
    await nora.command(`delete ${ENGINEER.id}`);
    expect(await untilAtHome(tomas, 'Waiting for you', ENGINEER.login)).not.toContain('( request');
    const entries = () => log.lines.filter(({ msg }) => msg === 'audit').length;
    const before = entries();
    await client.slackFaults({ hold: null });
    await untilAtHome(tomas, 'Waiting for you', '( request');
    expect(entries()).toBe(before);
  });

  it('shows what failed to every superuser, with a retry', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await openHome(nora);
    await openHome(tomas);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await untilAtHome(nora, 'Your open requests', "wasn't deleted");
    await untilAtHome(tomas, 'Waiting for you', "wasn't deleted");
    expect(rowsOf(await nora.sees(), 'Your open requests')).toEqual([['retry', 'cancel']]);
    expect(rowsOf(await tomas.sees(), 'Waiting for you')).toEqual([['retry']]);
  });

  it('is gone on with by a bot that is started again, until Slack has it', async () => {
    const variables = await databaseInFile();
    const first = await startWorkplace(DELIVERY, variables);
    const { client } = first;
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    await client.slackFaults({ refuse: { method: 'views.publish', error: 'internal_error', times: 1_000 } });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await first.log.until('a Home could not be shown, trying again');
    const second = await startAnother(first, variables);
    await second.log.until('a Home could not be shown, trying again');
    await client.slackFaults({ refuse: null });
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`, 20_000);
  });

  it.each([
    ['loses', { lose: { method: 'views.publish', when: 'before' as const, times: 2 } }],
    ['limits', { rateLimit: { method: 'views.publish', retryAfter: 1, times: 2 } }],
    ['does not take', { refuse: { method: 'views.publish', error: 'internal_error', times: 2 } }],
    [
      'has a word that nobody knows for',
      { refuse: { method: 'views.publish', error: 'new_word', times: 2 } },
    ],
    [
      'has Home tabs switched off for',
      { refuse: { method: 'views.publish', error: 'not_enabled', times: 2 } },
    ],
    ['has a proxy that wants a login for', { page: { method: 'views.publish', times: 2 } }],
  ])('shows it all in the end where Slack %s it for a while', async (_what, faults) => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    await client.slackFaults(faults);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
  });

  it.each(['invalid_blocks', 'view_too_large', 'invalid_arguments'])(
    'is in words alone while Slack refuses its form with %s',
    async (unknownBlocksError) => {
      const { client } = await startWorkplace();
      const tomas = client.as(TOMAS);
      await client.slackFaults({ unknownBlocks: ['header'], unknownBlocksError });
      await tomas.home();
      const inWords = (sees: Sees) =>
        wordsOf(sees.home?.blocks).includes("Slack didn't accept this Home tab.");
      await tomas.until(inWords, 'the words');
      await client.slackFaults({ unknownBlocks: [] });
      await openHome(tomas);
    },
  );

  it('is left alone where Slack refuses it for good, until it is opened again', async () => {
    const { client, log } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    await client.slackFaults({ refuse: { method: 'views.publish', error: 'missing_profile_id', times: 1 } });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await log.until('Slack refuses a Home tab, it is left until it is opened again');
    await tomas.home();
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
  });

  it('says why it is empty to who is no superuser any more, once', async () => {
    const variables = await databaseInFile();
    const three = [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',');
    const first = await startWorkplace(DELIVERY, { ...variables, SUPERUSERS: three });
    const { client } = first;
    const [tomas, priya] = [client.as(TOMAS), client.as(PRIYA)];
    await openHome(priya);
    await openHome(tomas);
    await startAnother(first, variables);
    const { home } = await priya.until(
      (sees) => headersOf(sees).length === 0 && sees,
      'the Home to be empty',
    );
    expect(wordsOf(home?.blocks)).toContain("don't have access to this bot");
    await client.forgetSlackCalls();
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`);
    const shownTo = (await client.slackCalls())
      .filter(({ method }) => method === 'views.publish')
      .map(({ args }) => args.user_id);
    expect(shownTo).not.toContain(PRIYA.id);
  });

  it('is not shown to who has never opened theirs', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', request.id);
    expect((await client.as(NORA).sees()).home).toBeNull();
    await untilGoneFromHome(tomas, 'Your open requests', request.id);
  });
});
