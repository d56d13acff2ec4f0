import { describe, expect, it } from 'vitest';
import { openRequest, type RequestMessage } from '../../e2e/support/approving.ts';
import { CI_PURGE, SESSION } from '../../e2e/support/tokens.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import type { CrashPoint } from '../support/crash-point.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  hold,
  killOnceHeld,
  newCrashPlace,
  PATIENT,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, holdFastly, SIDES } from '../support/points.ts';

const WHO = { user_id: THIRD_SUPERUSER.id };
const LOCK = `PUT /user/${THIRD_SUPERUSER.id}`;
const END = `DELETE /tokens/${SESSION.id}`;
const REVOKE = `DELETE /tokens/${CI_PURGE.id}`;

/** The calls that changed something in Fastly. */
async function changes({ client }: CrashPlace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

async function placeWithTokens(engine: EngineName): Promise<CrashPlace> {
  const place = await newCrashPlace(engine);
  await place.client.putFastlyTokens([
    { ...SESSION, ...WHO },
    { ...CI_PURGE, ...WHO },
  ]);
  return place;
}

/** Nora asks for the lock with all that can follow, and Tomás approves. */
async function approved(place: CrashPlace): Promise<RequestMessage> {
  const nora = place.client.as(NORA);
  await nora.command(`lock ${THIRD_SUPERUSER.id} --end-sessions --revoke-tokens`);
  const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
  await untilShown(place);
  await request.take(place.client.as(TOMAS), 'approve');
  return request;
}

async function expectAllDone(place: CrashPlace, request: RequestMessage, calls: string[]): Promise<void> {
  await request.until(place.client.as(NORA), '✅ Locked');
  await untilNothingIsPending(place);
  expect(await changes(place)).toEqual(calls);
  expect(await auditedEvents(place)).toEqual(['filed', 'approved', 'started', 'completed']);
}

async function crashedAt(engine: EngineName, point: CrashPoint) {
  const place = await placeWithTokens(engine);
  const bot = await startBot(place, { point });
  const request = await approved(place);
  await died(bot);
  await restartBot(place);
  return { place, request };
}

describe.each(ENGINES)('the lock of a Fastly superuser with what follows, on %s', PATIENT, (engine) => {
  it.each([
    { when: 'after', event: 'approved' },
    { when: 'after', event: 'started' },
    { when: 'before', event: 'completed' },
    { when: 'after', event: 'completed' },
  ] as const)('does each thing once when the bot dies $when the commit that it is $event', async (point) => {
    const { place, request } = await crashedAt(engine, dieAt(point.when, audited(point.event)));
    await expectAllDone(place, request, [LOCK, END, REVOKE]);
  });

  it.each([LOCK, END, REVOKE].flatMap((call, place) => SIDES.map((when) => ({ call, place, when }))))(
    'is looked up, and goes on, when the bot dies while Fastly holds $call, $when it is done',
    async ({ call, place: at, when }) => {
      const place = await placeWithTokens(engine);
      const bot = await startBot(place);
      await hold(place, holdFastly(when, call));
      const request = await approved(place);
      await killOnceHeld(place, bot, 'fastly');
      await restartBot(place);
      // A call that was cut before it was done is made once more.
      const all = [LOCK, END, REVOKE];
      const again = when === 'before' ? [call] : [];
      await expectAllDone(place, request, [...all.slice(0, at + 1), ...again, ...all.slice(at + 1)]);
    },
  );
});
