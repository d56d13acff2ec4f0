import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, NORA_USER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, toldPrivately } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith } from '../support/seeing.ts';
import { startWorkplace, type Workplace } from '../support/workplace.ts';

const READY = { status: 200, body: { ready: true, missing: {}, degraded: [] } };
const FASTLY_AWAY = { what: expect.stringContaining("Fastly can't be used: "), remedy: expect.any(String) };

async function untilDegraded(workplace: Workplace, expected: readonly object[]): Promise<void> {
  await expect.poll(async () => (await readyz(workplace)).body.degraded).toMatchObject(expected);
}

/** Nora asks for a user, and is told that Fastly is away. */
async function meetOutage({ client }: Workplace, time: number): Promise<void> {
  const nora = client.as(NORA);
  await nora.command(`get ${NORA_USER.id}`);
  await nora.until((sees) => toldPrivately(sees).length === time, 'to be told');
}

it('a bot that Fastly leaves is ready and degraded, since the first call that failed', async () => {
  const workplace = await startWorkplace();
  expect(await readyz(workplace)).toEqual(READY);
  await workplace.client.fastlyFaults({ down: true });
  await meetOutage(workplace, 1);
  await untilDegraded(workplace, [FASTLY_AWAY]);
  const before = await readyz(workplace);
  expect(before).toMatchObject({ status: 200, body: { ready: true, missing: {} } });
  await workplace.client.fastlyFaults({ down: false, fail: { match: null, status: 503, times: 99 } });
  await meetOutage(workplace, 2);
  const [after] = (await readyz(workplace)).body.degraded;
  expect(after?.since).toBe(before.body.degraded[0]?.since);
  expect(after?.what).toContain('503');
  await workplace.client.fastlyFaults({ fail: null });
  const nora = workplace.client.as(NORA);
  await nora.command(`get ${NORA_USER.id}`);
  await nora.until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
  expect(await readyz(workplace)).toEqual(READY);
});

it('a bot whose calls to Fastly a proxy answers with its own page is degraded', async () => {
  const workplace = await startWorkplace();
  const page = { match: null, status: 403, body: '<html>Blocked by policy</html>', times: 99 };
  await workplace.client.fastlyFaults({ fail: page });
  await meetOutage(workplace, 1);
  await untilDegraded(workplace, [FASTLY_AWAY]);
});

it('a bot that nobody uses finds out by itself that Fastly is back', async () => {
  const workplace = await startWorkplace();
  workplace.times.fastlyAskedAgain = 20;
  await workplace.client.fastlyFaults({ down: true });
  await meetOutage(workplace, 1);
  await untilDegraded(workplace, [FASTLY_AWAY]);
  await workplace.client.fastlyFaults({ down: false });
  await untilDegraded(workplace, []);
});

it('what Slack has yet to be shown for a while is degraded, until it is shown', async () => {
  const workplace = await startWorkplace();
  const { client, times } = workplace;
  times.overdueAfter = 0;
  const request = await askForDeletion(client, NORA, ENGINEER);
  await untilDegraded(workplace, []);
  await client.slackFaults({ refuse: { method: 'chat.update', error: 'internal_error', times: 1_000 } });
  await request.take(client.as(TOMAS), 'deny', 'no');
  const what = "Slack doesn't show the latest step of 1 approval request yet.";
  await untilDegraded(workplace, [{ what, remedy: expect.any(String) }]);
  expect(await readyz(workplace)).toMatchObject({ status: 200, body: { ready: true } });
  await client.slackFaults({ refuse: null });
  await untilDegraded(workplace, []);
});

it('a Home tab and the result of a change count as what Slack has yet to be shown', async () => {
  const workplace = await startWorkplace();
  const { client, times } = workplace;
  times.overdueAfter = 0;
  const nora = client.as(NORA);
  const refuse = (method: string) =>
    client.slackFaults({ refuse: { method, error: 'internal_error', times: 1_000 } });
  const untilOverdue = async (what: string) => {
    await untilDegraded(workplace, [{ what: `Slack doesn't show ${what} yet.`, remedy: expect.any(String) }]);
    await client.slackFaults({ refuse: null });
    await untilDegraded(workplace, []);
  };
  await refuse('views.publish');
  await nora.home();
  await untilOverdue('1 Home tab as it is now');
  await refuse('chat.postMessage');
  await nora.command('reset');
  await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
  await nora.typeAhead('user-picker', ENGINEER.login);
  await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
  await untilOverdue('the result of 1 change');
});

it('what Slack was to be shown just now is not degraded', async () => {
  const workplace = await startWorkplace();
  const { client, log } = workplace;
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.slackFaults({ refuse: { method: 'chat.update', error: 'internal_error', times: 1_000 } });
  await request.take(client.as(TOMAS), 'deny', 'no');
  await log.untilTimes('a request could not be shown in Slack, trying again', 4);
  expect(await readyz(workplace)).toEqual(READY);
});
