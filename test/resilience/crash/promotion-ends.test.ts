import { describe, expect, it } from 'vitest';
import { askForUpdate } from '../../e2e/support/altering.ts';
import { messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { ENGINES } from '../support/databases.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  hold,
  kill,
  killOnceHeld,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, holdFastly, holdSlack, SIDES } from '../support/points.ts';
import { wrote } from '../support/takeover.ts';

const PUT = `PUT /user/${PRIYA_USER.id}`;

/** The roles that reached Fastly, each with the answer's status; null for a call that was not answered. */
async function roles({ client }: CrashPlace): Promise<unknown[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'PUT').map(({ fields, status }) => [fields.role, status]);
}

const GIVEN = ['superuser', 200];
const TAKEN = ['engineer', 200];

/** Priya is a Fastly superuser for a day. */
async function promoted(place: CrashPlace): Promise<void> {
  const request = await askForUpdate(place.client, NORA, PRIYA_USER, '--role superuser --for 1d');
  await request.take(place.client.as(TOMAS), 'approve');
  await request.untilInThread(place.client.as(NORA), 'Until');
}

/** Nora ends it: from then on it is due, as at its time. */
async function endNow({ client }: CrashPlace): Promise<void> {
  const nora = client.as(NORA);
  await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Until'), 'the button');
  await nora.click({ channel: CDN_TEAM.id, actionId: 'promotion.end' });
}

/** It has ended, and all who are to be told have been. */
async function expectEnded(place: CrashPlace): Promise<void> {
  for (const [who, where] of [
    [NORA, CDN_TEAM],
    [NORA, 'direct'],
    [PRIYA, 'direct'],
  ] as const) {
    await place.client
      .as(who)
      .until((sees) => messageWith(sees, where, 'Ended by'), `the end told to ${who.name}`);
  }
  await untilNothingIsPending(place);
  const ends = (await auditedEvents(place)).filter((event) => event === 'ended');
  expect(ends).toHaveLength(1);
}

const COMMITS = ['asked', 'begun', 'ended'].flatMap((event) => SIDES.map((when) => ({ event, when })));
const HOLDS = [
  { when: 'before', calls: [GIVEN, ['engineer', null], TAKEN] },
  { when: 'after', calls: [GIVEN, ['engineer', null]] },
] as const;

describe.each(ENGINES)('a role that is given for a time, on %s, ends once', PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of $event', async ({ event, when }) => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt(when, audited(event)) });
    await promoted(place);
    await endNow(place);
    await died(bot);
    await restartBot(place);
    if (event === 'asked' && when === 'before') await endNow(place);
    await expectEnded(place);
    expect(await roles(place)).toEqual([GIVEN, TAKEN]);
  });

  it.each(HOLDS)(
    'when the bot dies while Fastly holds the call, $when it is done',
    async ({ when, calls }) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      await promoted(place);
      await hold(place, holdFastly(when, PUT));
      await endNow(place);
      await killOnceHeld(place, bot, 'fastly');
      await restartBot(place);
      await expectEnded(place);
      expect(await roles(place)).toEqual(calls);
    },
  );

  it.each(SIDES)(
    'and is told to all, when the bot dies while Slack holds a message, %s it is posted',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      await promoted(place);
      // Else a message about the request could be the one that is held.
      await untilNothingIsPending(place);
      await hold(place, holdSlack(when, 'chat.postMessage'));
      await endNow(place);
      await killOnceHeld(place, bot, 'slack');
      await restartBot(place);
      await expectEnded(place);
      expect(await roles(place)).toEqual([GIVEN, TAKEN]);
    },
  );

  it('and counts from when it was begun, when the bot dies while Fastly holds a change that needs no approval', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place);
    await hold(place, holdFastly('after', PUT));
    await place.client.as(NORA).command(`update ${PRIYA_USER.id} --role billing --for 1d`);
    await killOnceHeld(place, bot, 'fastly');
    const begun = await place.database.read((reader) =>
      reader.selectFrom('intents').selectAll().executeTakeFirstOrThrow(),
    );
    await restartBot(place);
    await untilNothingIsPending(place);
    const promotion = await place.database.read((reader) =>
      reader.selectFrom('running_promotions').selectAll().executeTakeFirstOrThrow(),
    );
    expect(promotion).toMatchObject({
      ...{ began_at: begun.begun_at, ends_at: begun.begun_at + 86_400_000 },
      ...{ role_before: 'engineer', role: 'billing' },
    });
    expect(await roles(place)).toEqual([['billing', null]]);
  });

  it.each(SIDES)(
    'and counts from the claim, when the bot dies %s the commit that would fix its end',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place, { point: dieAt(when, audited('completed')) });
      const request = await askForUpdate(place.client, NORA, PRIYA_USER, '--role superuser --for 1d');
      await request.take(place.client.as(TOMAS), 'approve');
      await died(bot);
      await restartBot(place);
      await request.until(place.client.as(NORA), 'Until');
      const { began_at, ends_at, claimed } = await place.database.read(async (reader) => {
        const promotion = await reader.selectFrom('running_promotions').selectAll().executeTakeFirstOrThrow();
        const started = await reader
          .selectFrom('audit_log')
          .select('at')
          .where('event', '=', 'started')
          .orderBy('seq')
          .executeTakeFirstOrThrow();
        return { ...promotion, claimed: started.at };
      });
      expect(ends_at - began_at).toBe(86_400_000);
      if (when === 'before') expect(began_at).toBe(claimed);
      expect(await roles(place)).toEqual([GIVEN]);
    },
  );
});

it('of two bots, the one that lives ends a role where the other one died, once', PATIENT, async () => {
  const place = await newCrashPlace('PostgreSQL');
  const bots = [await startBot(place), await startBot(place)];
  await promoted(place);
  await hold(place, holdFastly('after', PUT));
  await endNow(place);
  await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  // What it has logged may come later than what it asks of Fastly.
  await expect.poll(() => bots.some((bot) => wrote(bot, 'begun'))).toBe(true);
  const dying = bots.find((bot) => wrote(bot, 'begun'));
  if (!dying) throw new Error('no bot ends the role');
  await kill(dying);
  await place.database.outlastLeases();
  await expectEnded(place);
  expect(await roles(place)).toEqual([GIVEN, ['engineer', null]]);
  const told = messagesIn(await place.client.as(PRIYA).sees(), 'direct');
  expect(told.filter(({ blocks }) => wordsOf(blocks).includes('Ended by'))).toHaveLength(1);
});
