import { describe, expect, it } from 'vitest';
import type { RequestMessage } from '../../e2e/support/approving.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import {
  ask,
  deletions,
  expectAllMessagesToSay,
  expectDeletedOnce,
  expectToldEverywhere,
  isInFastly,
  onlyRequest,
  type,
  untilShown,
} from '../support/deletion.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  newCrashPlace,
  PATIENT,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, SIDES } from '../support/points.ts';

/** Tomás clicks Deny and fills in the form. */
async function deny({ client }: CrashPlace, message: RequestMessage): Promise<void> {
  await message.take(client.as(TOMAS), 'deny', 'Still needed');
}

/** The user stays, and everybody is told why. */
async function expectNotDeleted(
  place: CrashPlace,
  message: RequestMessage,
  end: { events: string[]; words: string },
): Promise<void> {
  await untilNothingIsPending(place);
  expect(await deletions(place)).toEqual([]);
  expect(await isInFastly(place)).toBe(true);
  expect(await auditedEvents(place)).toEqual(end.events);
  await expectAllMessagesToSay(place, "wasn't deleted");
  await expectToldEverywhere(place, message, { thread: end.words, requester: end.words });
}

describe.each(ENGINES)('a request, on %s, ends as it should', PATIENT, (engine) => {
  it.each(SIDES)('when the bot dies %s the commit of a denial', async (when) => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt(when, audited('denied')) });
    const message = await ask(place);
    await untilShown(place);
    await deny(place, message);
    await died(bot);
    await restartBot(place);
    await place.client.as(TOMAS).close(true);
    if (when === 'before') await deny(place, message);
    await expectNotDeleted(place, message, { events: ['filed', 'denied'], words: 'denied the request' });
  });

  it.each(SIDES)('when the bot dies %s the commit of its expiry', async (when) => {
    const place = await newCrashPlace(engine);
    const variables = { APPROVAL_TTL: '2s' };
    const bot = await startBot(place, { point: dieAt(when, audited('expired')), variables });
    await type(place);
    await died(bot);
    await restartBot(place, variables);
    await untilNothingIsPending(place);
    await expectNotDeleted(place, await onlyRequest(place), {
      events: ['filed', 'expired'],
      words: 'The request expired',
    });
  });

  it('when the bot dies before the commit of a failure, which then is none', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('before', audited('failed')) });
    await place.client.fastlyFaults({
      fail: { match: 'DELETE', status: 403, body: '{"msg":"Access denied"}', times: 1 },
    });
    const message = await ask(place);
    await untilShown(place);
    await message.take(place.client.as(TOMAS), 'approve');
    await died(bot);
    await restartBot(place);
    await expectDeletedOnce(place, message, { calls: [403, 200] });
  });

  it.each([
    { when: 'after', event: 'failed' },
    { when: 'before', event: 'retried' },
    { when: 'after', event: 'retried' },
  ] as const)(
    'when the bot dies $when the commit that it $event, and is retried',
    async ({ when, event }) => {
      const place = await newCrashPlace(engine);
      const nora = place.client.as(NORA);
      const bot = await startBot(place, { point: dieAt(when, audited(event)) });
      await place.client.fastlyFaults({
        fail: { match: 'DELETE', status: 403, body: '{"msg":"Access denied"}', times: 1 },
      });
      const message = await ask(place);
      await untilShown(place);
      await message.take(place.client.as(TOMAS), 'approve');
      if (event === 'retried') {
        await message.until(nora, "wasn't deleted");
        await untilShown(place);
        await message.click(nora, 'retry');
      }
      await died(bot);
      await restartBot(place);
      if (event === 'failed') await message.until(nora, "wasn't deleted");
      if (event === 'failed' || when === 'before') await message.click(nora, 'retry');
      await expectDeletedOnce(place, message, {
        calls: [403, 200],
        events: ['filed', 'approved', 'started', 'failed', 'retried', 'started', 'completed'],
      });
    },
  );
});
