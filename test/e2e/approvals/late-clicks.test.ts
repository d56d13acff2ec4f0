import { describe, expect, it } from 'vitest';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { SlackFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import {
  askForDeletion,
  databaseInFile,
  deletions,
  type RequestMessage,
  startAnother,
  toldPrivately,
  untilRecorded,
  untilTold,
} from '../support/approving.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** Sets the clock of the bot's database forward, by milliseconds. */
type Clock = { pass(milliseconds: number): Promise<void> };

const THREE_SUPERUSERS = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

/** Messages keep their buttons, as on a screen that has not caught up yet. */
const NO_UPDATES: Partial<SlackFaults> = {
  refuse: { method: 'chat.update', error: 'internal_error', times: 1_000 },
};

describe('a button of a request that has gone on', () => {
  it.each<{
    end: string;
    reach: (request: RequestMessage, workplace: Workplace & Clock) => Promise<unknown>;
    words: string;
  }>([
    {
      end: 'completed',
      reach: (request, { client }) => request.take(client.as(TOMAS), 'approve'),
      words: 'was deleted.',
    },
    {
      end: 'cancelled',
      reach: (request, { client }) => request.take(client.as(NORA), 'cancel'),
      words: 'cancelled the request',
    },
    {
      end: 'expired',
      reach: (_request, { pass }) => pass(7 * 24 * 3_600_000),
      words: 'The request expired with 0 of 1 approvals.',
    },
    {
      end: 'failed',
      reach: async (request, { client }) => {
        await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
        await request.take(client.as(TOMAS), 'approve');
      },
      words: 'Bot admins can retry until',
    },
  ])(
    'says that it comes too late, and what is the case, when the request is $end',
    async ({ end, reach, words }) => {
      const { variables, pass } = await databaseWithClock();
      const workplace = await startWorkplace(DELIVERY, { ...THREE_SUPERUSERS, ...variables });
      const { client, log } = workplace;
      const priya = client.as(PRIYA);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await client.slackFaults(NO_UPDATES);
      await reach(request, { ...workplace, pass });
      await untilRecorded(log, end);
      const calls = await deletions(client);
      await request.click(priya, 'approve');
      expect(await untilTold(priya, 'Too late.')).toContain(words);
      await request.click(priya, 'deny');
      await request.click(priya, 'lock');
      await expect
        .poll(async () => toldPrivately(await priya.sees()).filter((each) => each.includes(words)))
        .toHaveLength(3);
      expect((await priya.sees()).modals).toEqual([]);
      expect(await deletions(client)).toEqual(calls);
      expect(await lockings(workplace)).toEqual([]);
    },
  );

  it('tells who has approved that they have, and what came of it', async () => {
    const { client, log } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.slackFaults(NO_UPDATES);
    await request.take(tomas, 'approve');
    await untilRecorded(log, 'completed');
    await request.click(tomas, 'approve');
    expect(await untilTold(tomas, 'You already approved this request')).toContain('was deleted');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('says that it knows no such request, when the database is a new one', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await startAnother(workplace, {});
    for (const [index, button] of (['approve', 'deny', 'cancel', 'lock'] as const).entries()) {
      await request.click(tomas, button);
      await tomas.until(
        (sees) =>
          toldPrivately(sees).filter((each) => each.includes('This request no longer exists')).length ===
          index + 1,
        `the answer to ${button}`,
      );
    }
    expect(await deletions(client)).toEqual([]);
    expect(await lockings(workplace)).toEqual([]);
  });

  it('still works after the bot was restarted', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
    await startAnother(workplace, database);
    await request.take(tomas, 'approve');
    expect(await request.until(tomas, '✅ Deleted')).toContain('Left the company');
    await untilTold(client.as(NORA), 'was deleted', 'direct');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('cannot be cancelled once it is being carried out', async () => {
    const workplace = await startWorkplace(DELIVERY, { FASTLY_TIMEOUT: '2s' });
    const { client } = workplace;
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.slackFaults(NO_UPDATES);
    await client.fastlyFaults({ hold: { match: 'DELETE /user/', when: 'before', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    await request.click(nora, 'cancel');
    const told = await untilTold(nora, 'Too late.');
    expect(told).toContain(`is in progress. Approved by <@${TOMAS.id}>`);
    await client.fastlyFaults({ hold: null });
    await client.slackFaults({ refuse: null });
    await request.until(nora, '✅ Deleted');
  });

  it('keeps a denial that was written while somebody else decided, with why it does not count', async () => {
    const workplace = await startWorkplace(DELIVERY, THREE_SUPERUSERS);
    const { client } = workplace;
    const [tomas, priya] = [client.as(TOMAS), client.as(PRIYA)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.click(priya, 'deny');
    await priya.until((sees) => sees.modals[0]?.callbackId === 'approvals.deny-form', 'the form');
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    await priya.submit({ reason: 'Not yet' });
    const view = await priya.until(
      (sees) => sees.modals.find(({ errors }) => Object.keys(errors).length > 0),
      'the error',
    );
    expect(view.errors.reason).toContain('Too late.');
    expect(view.errors.reason).toContain(`${ENGINEER.name} (${ENGINEER.login}) was deleted`);
    expect(request.words(await tomas.sees())).toContain('✅ Deleted');
  });

  it('is told to be too late when a retry has been clicked already', async () => {
    const { client, log } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(tomas, 'approve');
    await request.until(tomas, "wasn't deleted");
    await client.slackFaults(NO_UPDATES);
    await request.click(tomas, 'retry');
    await untilRecorded(log, 'completed');
    await request.click(nora, 'retry');
    expect(await untilTold(nora, 'Too late.')).toContain('was deleted');
    expect(await deletions(client)).toHaveLength(2);
  });
});

/** The users that Fastly was asked to lock, by path. */
async function lockings({ client }: Workplace): Promise<string[]> {
  return (await client.fastlyCalls()).filter(({ method }) => method === 'PUT').map(({ path }) => path);
}
