import { describe, expect, it, onTestFinished } from 'vitest';
import { askForUpdate, updateOf, updates } from '../../e2e/support/altering.ts';
import { openRequest, toldPrivately, untilTold } from '../../e2e/support/approving.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newPostgres } from '../support/databases.ts';
import {
  type CrashPlace,
  hold,
  PATIENCE_MILLISECONDS,
  PATIENT,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { holdFastly } from '../support/points.ts';

const HOUR = 3_600_000;
const [GIVEN, TAKEN] = ['superuser', 'engineer'].map((role) => updateOf(PRIYA_USER, { role }));

/** Two bots in Tokyo, on a database in St John's. Priya is a Fastly superuser for four hours. */
async function promotedAbroad() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const database = await newPostgres();
  const place: CrashPlace = { ...sandbox, database: { ...database, url: inStJohns(database.url) } };
  const variables = { TZ: 'Asia/Tokyo' };
  await Promise.all([startBot(place, { variables }), startBot(place, { variables })]);
  const { client } = place;
  const request = await askForUpdate(client, NORA, PRIYA_USER, '--role superuser --for 4h');
  await request.take(client.as(TOMAS), 'approve');
  await request.untilInThread(client.as(NORA), 'Until');
  await untilNothingIsPending(place);
  return { place, request, pass: database.pass };
}

function inStJohns(url: string): string {
  const there = new URL(url);
  there.searchParams.set('options', `${there.searchParams.get('options')} -c TimeZone=America/St_Johns`);
  there.search = there.search.replaceAll('+', '%20');
  return there.href;
}

describe('two bots in other time zones', () => {
  it('end a role at the instant, remind of it, and tell each once', PATIENT, async () => {
    const before = Date.now();
    const { place, request, pass } = await promotedAbroad();
    const { client, database } = place;
    const [nora, priya] = [client.as(NORA), client.as(PRIYA)];
    const { began_at, ends_at, remind_at } = await database.read((reader) =>
      reader.selectFrom('running_promotions').selectAll().executeTakeFirstOrThrow(),
    );
    expect(began_at).toBeGreaterThanOrEqual(before);
    expect(began_at).toBeLessThanOrEqual(Date.now());
    expect([ends_at - began_at, ends_at - (remind_at ?? 0)]).toEqual([4 * HOUR, HOUR / 2]);
    const inUtc = `${new Date(ends_at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    expect(JSON.stringify(request.in(await nora.sees())?.blocks)).toContain(inUtc);
    await untilTold(priya, 'If you are done earlier, click End now.', 'direct');
    await pass(3.4 * HOUR);
    await pass(0.15 * HOUR);
    await untilTold(priya, 'Then the role engineer comes back', 'direct');
    expect(await updates(client)).toEqual([GIVEN]);
    await pass(0.5 * HOUR);
    await untilTold(priya, 'Ended: Your Fastly user', 'direct');
    await request.untilInThread(nora, 'Ended: Priya Halloran');
    await untilNothingIsPending(place);
    expect(await updates(client)).toEqual([GIVEN, TAKEN]);
    expect(toldPrivately(await priya.sees(), 'direct')).toHaveLength(3);
    expect(request.thread(await nora.sees()).filter((each) => each.includes('Ended'))).toHaveLength(1);
  });

  it('either extend a role or end it, where both come at once', PATIENT, async () => {
    const { place, pass } = await promotedAbroad();
    const { client } = place;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`update ${PRIYA_USER.id} --role superuser --for 6h`);
    const extension = await nora.until((sees) => openRequest(sees, CDN_TEAM, PRIYA_USER), 'the request');
    await extension.form(tomas, 'approve');
    await Promise.all([tomas.submit(), pass(4 * HOUR)]);
    const end = await nora.until((sees) => {
      const words = extension.words(sees);
      return (words.includes('Until') && 'extended') || (words.includes('Ask again') && 'ended');
    }, 'the end of the request');
    const calls = end === 'extended' ? [GIVEN] : [GIVEN, TAKEN];
    await expect.poll(() => updates(client)).toEqual(calls);
    await pass(7 * HOUR);
    await expect.poll(() => updates(client)).toEqual([GIVEN, TAKEN]);
  });

  it('refuse to extend a role that is ending, and end it once', PATIENT, async () => {
    const { place, pass } = await promotedAbroad();
    const { client } = place;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`update ${PRIYA_USER.id} --role superuser --for 6h`);
    const extension = await nora.until((sees) => openRequest(sees, CDN_TEAM, PRIYA_USER), 'the request');
    await extension.form(tomas, 'approve');
    await hold(place, holdFastly('before', `PUT /user/${PRIYA_USER.id}`));
    await pass(4 * HOUR);
    await client.untilHeld('fastly', PATIENCE_MILLISECONDS);
    const approving = tomas.submit();
    await client.fastlyFaults({ hold: null });
    await approving;
    await extension.until(nora, 'Ask again');
    const roles = (await updates(client)).map(({ fields }) => fields.role);
    expect(roles.filter((role) => role === 'engineer').length).toBeLessThanOrEqual(2);
    expect(roles.at(-1)).toBe('engineer');
  });
});
