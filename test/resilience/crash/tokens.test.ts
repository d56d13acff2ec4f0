import { describe, expect, it } from 'vitest';
import { openRequest, type RequestMessage } from '../../e2e/support/approving.ts';
import { CI_PURGE, LAPTOP } from '../../e2e/support/tokens.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
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
import { audited, dieAt, holdFastly, SIDES } from '../support/points.ts';
import { wrote } from '../support/takeover.ts';

const REVOKE_THEN_DELETE = `delete ${ENGINEER.id} --revoke-tokens`;
const REVOKE = `revoke ${ENGINEER.id} --tokens all`;
const [FIRST, SECOND, USER] = [`/tokens/${CI_PURGE.id}`, `/tokens/${LAPTOP.id}`, `/user/${ENGINEER.id}`];

/** A place where Edda has two tokens. */
async function placeWithTokens(engine: EngineName): Promise<CrashPlace> {
  const place = await newCrashPlace(engine);
  await place.client.putFastlyTokens([CI_PURGE, LAPTOP]);
  return place;
}

/** Nora asks, and waits until Slack shows it. */
async function ask(place: CrashPlace, words: string): Promise<RequestMessage> {
  const nora = place.client.as(NORA);
  await nora.command(words);
  const message = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
  await untilShown(place);
  return message;
}

/** The DELETE calls that reached Fastly, each with its status; null for one that was not answered. */
async function removals({ client }: CrashPlace): Promise<[string, number | null][]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'DELETE').map(({ path, status }) => [path, status]);
}

/** All of it is done, and told once Slack shows it. */
async function expectDone(place: CrashPlace, message: RequestMessage, done: string): Promise<void> {
  await untilNothingIsPending(place);
  await message.until(place.client.as(NORA), done);
  const owners = (await place.client.fastlyTokens()).map(({ user_id }) => user_id);
  expect(owners).not.toContain(ENGINEER.id);
}

const COMMITS = ['started', 'revoking', 'revoked', 'completed'].flatMap((event) =>
  SIDES.map((when) => ({ event, when })),
);
const ONCE = [
  [FIRST, 204],
  [SECOND, 204],
  [USER, 200],
];
/** What Fastly saw: a call that was held before its work did none. */
const HOLDS = [
  { match: `DELETE ${FIRST}`, when: 'before', calls: [[FIRST, null], ...ONCE] },
  { match: `DELETE ${FIRST}`, when: 'after', calls: [[FIRST, null], ...ONCE.slice(1)] },
  { match: `DELETE ${SECOND}`, when: 'before', calls: [ONCE[0], [SECOND, null], ...ONCE.slice(1)] },
  { match: `DELETE ${SECOND}`, when: 'after', calls: [ONCE[0], [SECOND, null], ONCE[2]] },
  { match: `DELETE ${USER}`, when: 'before', calls: [...ONCE.slice(0, 2), [USER, null], ONCE[2]] },
  { match: `DELETE ${USER}`, when: 'after', calls: [...ONCE.slice(0, 2), [USER, null]] },
] as const;

describe.each(ENGINES)("a user's tokens and then the user, on %s, end once", PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of $event', async ({ event, when }) => {
    const place = await placeWithTokens(engine);
    const bot = await startBot(place, { point: dieAt(when, audited(event)) });
    const message = await ask(place, REVOKE_THEN_DELETE);
    await message.take(place.client.as(TOMAS), 'approve');
    await died(bot);
    await restartBot(place);
    await expectDone(place, message, '✅ Deleted.');
    expect(await removals(place)).toEqual(ONCE);
  });

  it.each(HOLDS)('when the bot dies while Fastly holds $match, $when it is done', async (held) => {
    const place = await placeWithTokens(engine);
    const bot = await startBot(place);
    const message = await ask(place, REVOKE_THEN_DELETE);
    await hold(place, holdFastly(held.when, held.match));
    await message.take(place.client.as(TOMAS), 'approve');
    await killOnceHeld(place, bot, 'fastly');
    await restartBot(place);
    await expectDone(place, message, '✅ Deleted.');
    expect(await removals(place)).toEqual(held.calls);
  });

  it.each(SIDES)('and are asked about again once, when the bot dies %s that commit', async (when) => {
    const place = await placeWithTokens(engine);
    const bot = await startBot(place, { point: dieAt(when, audited('asked-again')) });
    const message = await ask(place, REVOKE_THEN_DELETE);
    await place.client.putFastlyTokens([{ ...LAPTOP, id: 'later1', name: 'made-since' }]);
    await message.take(place.client.as(TOMAS), 'approve');
    await died(bot);
    await restartBot(place);
    await message.until(place.client.as(TOMAS), 'made-since');
    await untilShown(place);
    expect(await removals(place)).toEqual([]);
    const events = await auditedEvents(place);
    expect(events.filter((event) => event === 'asked-again')).toHaveLength(1);
    await message.take(place.client.as(TOMAS), 'approve');
    await expectDone(place, message, '✅ Deleted.');
  });
});

describe.each(ENGINES)('tokens, on %s, are revoked once', PATIENT, (engine) => {
  it.each(SIDES)('when the bot dies while Fastly holds the call, %s it is done', async (when) => {
    const place = await placeWithTokens(engine);
    const bot = await startBot(place);
    const message = await ask(place, REVOKE);
    await hold(place, holdFastly(when, `DELETE ${SECOND}`));
    await message.take(place.client.as(TOMAS), 'approve');
    await killOnceHeld(place, bot, 'fastly');
    await restartBot(place);
    await expectDone(place, message, '✅ Revoked.');
    const repeated = when === 'before' ? [[SECOND, 204]] : [];
    expect(await removals(place)).toEqual([[FIRST, 204], [SECOND, null], ...repeated]);
  });
});

it('of two bots, the one that lives goes on where the other one died', PATIENT, async () => {
  const place = await placeWithTokens('PostgreSQL');
  const bots = [await startBot(place), await startBot(place)];
  const message = await ask(place, REVOKE_THEN_DELETE);
  await hold(place, holdFastly('after', `DELETE ${SECOND}`));
  await message.take(place.client.as(TOMAS), 'approve');
  await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  const dying = bots.find((bot) => wrote(bot, 'revoking'));
  if (!dying) throw new Error('no bot revokes tokens');
  await kill(dying);
  await place.database.outlastLeases();
  await expectDone(place, message, '✅ Deleted.');
  expect(await removals(place)).toEqual([ONCE[0], [SECOND, null], ONCE[2]]);
});
