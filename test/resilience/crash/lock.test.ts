import { describe, expect, it } from 'vitest';
import { openRequest } from '../../e2e/support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { CI_PURGE, SESSION } from '../../e2e/support/tokens.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import type { CrashPoint } from '../support/crash-point.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
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
import { dieAt, holdFastly, SIDES } from '../support/points.ts';

const COMMAND = `lock ${ENGINEER.id} --end-sessions --email-reset`;
const SECOND_SESSION = { ...SESSION, id: 'session2' };
const LOCK = `PUT /user/${ENGINEER.id}`;
const ENDINGS = [SESSION, SECOND_SESSION].map(({ id }) => `DELETE /tokens/${id}`);
const RESET = `POST /user/${encodeURIComponent(ENGINEER.login)}/password/request_reset`;

/** The transaction that writes this of one change into the audit log. */
const audited = (change: string, event: string) => ({
  statement: '^insert into "audit_log"',
  values: [change, event],
});

/** A place in which the engineer has two browser sessions. */
async function placeWithSessions(engine: EngineName): Promise<CrashPlace> {
  const place = await newCrashPlace(engine);
  await place.client.putFastlyTokens([SESSION, SECOND_SESSION]);
  return place;
}

const lock = ({ client }: CrashPlace) => client.as(NORA).command(COMMAND);

/** The calls that changed something in Fastly, sorted: what ends sessions goes in no order. */
async function changes({ client }: CrashPlace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`)
    .toSorted();
}

/** What Nora was told directly, once the bot has nothing left to do. */
async function toldDirectly(place: CrashPlace): Promise<SeenMessage[]> {
  await untilNothingIsPending(place);
  return messagesIn(await place.client.as(NORA).sees(), 'direct');
}

const stepsOffered = ({ blocks }: SeenMessage) =>
  elementsOf(blocks)
    .map(({ action_id }) => String(action_id))
    .filter((id) => id.startsWith('lock.'));

/** Clicks on what is offered, one after the other, and waits until nothing is. */
async function takeWhatIsOffered(place: CrashPlace, told: SeenMessage): Promise<void> {
  await clickWhatIsOffered(place, told);
  await untilNothingIsPending(place);
}

async function clickWhatIsOffered(place: CrashPlace, { ts }: SeenMessage): Promise<void> {
  const nora = place.client.as(NORA);
  const { channels } = await nora.sees();
  const channel = channels.find(({ kind }) => kind === 'im')?.id ?? '';
  for (;;) {
    const offered = messagesIn(await nora.sees(), 'direct').flatMap((each) =>
      each.ts === ts ? stepsOffered(each) : [],
    );
    const [actionId] = offered;
    if (actionId === undefined) break;
    await nora.click({ channel, ts, actionId });
    await nora.until(
      (sees) =>
        messagesIn(sees, 'direct').some((each) => each.ts === ts && !stepsOffered(each).includes(actionId)),
      `what came of ${actionId}`,
    );
  }
}

/** Has the bot die at a commit, and starts it again. */
async function crashedAt(engine: EngineName, point: CrashPoint): Promise<CrashPlace> {
  const place = await placeWithSessions(engine);
  const bot = await startBot(place, { point });
  await lock(place);
  await died(bot);
  await restartBot(place);
  return place;
}

const INTERRUPTED = `The bot was interrupted while locking ${ENGINEER.name}`;
const SESSIONS_UNDONE = '⚠️ Not all browser sessions were ended.';
const SESSIONS_DONE = '✅ 2 browser sessions ended.';
const RESET_UNDONE = "⚠️ The password reset wasn't sent.";
const RESET_DONE = '✉️ Fastly emails a password reset to';
const RESET_UNCLEAR = "⚠️ It's unclear whether the password reset was sent.";
const BOTH = ['lock.end-sessions', 'lock.reset'];

/** `sent`: whether the reset is, in the end. */
type Point = {
  when: CrashPoint['when'];
  change: string;
  event: string;
  words: string[];
  offered: string[];
  sent: boolean;
};

const POINTS: Point[] = [
  ...(['before', 'after'] as const).map((when) => ({
    ...{ when, change: 'lock', event: 'done', words: [SESSIONS_UNDONE, RESET_UNDONE] },
    ...{ offered: BOTH, sent: true },
  })),
  ...(['before', 'after'] as const).map((when) => ({
    ...{ when, change: 'end-sessions', event: 'begun', words: [SESSIONS_UNDONE, RESET_UNDONE] },
    ...{ offered: BOTH, sent: true },
  })),
  ...(['before', 'after'] as const).map((when) => ({
    ...{ when, change: 'end-sessions', event: 'done', words: [SESSIONS_DONE, RESET_UNDONE] },
    ...{ offered: ['lock.reset'], sent: true },
  })),
  {
    ...{ when: 'before', change: 'reset', event: 'begun', words: [SESSIONS_DONE, RESET_UNDONE] },
    ...{ offered: ['lock.reset'], sent: true },
  },
  {
    ...{ when: 'after', change: 'reset', event: 'begun', words: [SESSIONS_DONE, RESET_UNCLEAR] },
    ...{ offered: [], sent: false },
  },
  {
    ...{ when: 'before', change: 'reset', event: 'done', words: [SESSIONS_DONE, RESET_UNCLEAR] },
    ...{ offered: [], sent: true },
  },
  {
    ...{ when: 'after', change: 'reset', event: 'done', words: [SESSIONS_DONE, RESET_DONE] },
    ...{ offered: [], sent: true },
  },
];

/** The one message tells how far it is, and what is offered does the rest: each thing once. */
async function expectTheRest(
  place: CrashPlace,
  { words, offered, sent }: Omit<Point, 'when' | 'change' | 'event'>,
) {
  const [told, ...others] = await toldDirectly(place);
  if (!told) throw new Error('nobody was told');
  expect(others).toEqual([]);
  for (const each of [`✅ ${INTERRUPTED}`, 'The lock worked.', ...words]) {
    expect(wordsOf(told.blocks)).toContain(each);
  }
  expect(stepsOffered(told)).toEqual(offered);
  await takeWhatIsOffered(place, told);
  expect(await changes(place)).toEqual([...ENDINGS, ...(sent ? [RESET] : []), LOCK].toSorted());
}

describe.each(ENGINES)('a lock with what follows, on %s', PATIENT, (engine) => {
  it('was never begun when the bot dies before the commit of the intent', async () => {
    const place = await crashedAt(engine, dieAt('before', audited('lock', 'begun')));
    await lock(place);
    await place.client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, RESET_DONE), 'the confirmation');
    expect(await toldDirectly(place)).toEqual([]);
    expect(await changes(place)).toEqual([...ENDINGS, RESET, LOCK].toSorted());
  });

  it('is looked up, told and not made when the bot dies after the commit of the intent', async () => {
    const place = await crashedAt(engine, dieAt('after', audited('lock', 'begun')));
    const [told] = await toldDirectly(place);
    expect(wordsOf(told?.blocks)).toContain(`⚠️ ${INTERRUPTED}`);
    expect(wordsOf(told?.blocks)).toContain("It didn't work. Try again.");
    expect(await changes(place)).toEqual([]);
    expect(await auditedEvents(place)).toEqual(['begun', 'failed']);
  });

  it.each(POINTS)(
    'is told as far as it is, and goes on by a click, when the bot dies $when the commit that $change is $event',
    async ({ when, change, event, ...rest }) => {
      await expectTheRest(await crashedAt(engine, dieAt(when, audited(change, event))), rest);
    },
  );

  it.each(SIDES)(
    'is looked up when the bot dies while Fastly holds the end of a session, %s it is done',
    async (when) => {
      const place = await placeWithSessions(engine);
      const bot = await startBot(place);
      await hold(place, holdFastly(when, ENDINGS[0] ?? ''));
      await lock(place);
      await killOnceHeld(place, bot, 'fastly');
      await restartBot(place);
      const [told] = await toldDirectly(place);
      if (!told) throw new Error('nobody was told');
      await takeWhatIsOffered(place, told);
      // A call that was cut before it was done is made once more.
      const again = when === 'before' ? [ENDINGS[0]] : [];
      expect(await changes(place)).toEqual([...ENDINGS, ...again, RESET, LOCK].toSorted());
      expect((await place.client.fastlyTokens()).filter(({ user_id }) => user_id === ENGINEER.id)).toEqual(
        [],
      );
    },
  );

  it('is told all the same when the bot dies while it does the rest', async () => {
    const place = await placeWithSessions(engine);
    const first = await startBot(place, { point: dieAt('after', audited('lock', 'done')) });
    await lock(place);
    await died(first);
    await place.database.outlastLeases();
    const second = await startBot(place, { point: dieAt('before', audited('end-sessions', 'done')) });
    const nora = place.client.as(NORA);
    const told = await nora.until((sees) => messageWith(sees, 'direct', SESSIONS_UNDONE), 'what is left');
    const channel = (await nora.sees()).channels.find(({ kind }) => kind === 'im')?.id ?? '';
    await nora.click({ channel, ts: told.ts, actionId: 'lock.end-sessions' });
    await died(second);
    await restartBot(place);
    const latest = (await toldDirectly(place)).at(-1);
    expect(latest?.ts).not.toBe(told.ts);
    expect(wordsOf(latest?.blocks)).toContain(SESSIONS_DONE);
    if (latest) await takeWhatIsOffered(place, latest);
    expect(await changes(place)).toEqual([...ENDINGS, RESET, LOCK].toSorted());
  });
});

/** In a direct message nobody else would see the request. */
const WITH_APPROVALS = { APPROVALS_CHANNEL: CDN_TEAM.id };
const REVOCATION = 'asks to revoke 1 API token';

describe.each(ENGINES)('a lock that requests to revoke tokens, on %s', PATIENT, (engine) => {
  it.each([
    {
      when: 'before',
      words: "⚠️ Revoking API tokens wasn't requested.",
      offered: ['lock.revoke', 'lock.reset'],
    },
    { when: 'after', words: REVOCATION, offered: ['lock.reset'] },
  ] as const)(
    'files one request when the bot dies $when the commit that files it',
    async ({ when, words, offered }) => {
      const place = await newCrashPlace(engine);
      const { client } = place;
      const nora = client.as(NORA);
      await client.putFastlyTokens([CI_PURGE]);
      const point = dieAt(when, audited('revoke', 'filed'));
      const bot = await startBot(place, { point, variables: WITH_APPROVALS });
      await nora.command(`lock ${ENGINEER.id} --revoke-tokens --email-reset`);
      await died(bot);
      await restartBot(place, WITH_APPROVALS);
      const told = await nora.until((sees) => messageWith(sees, 'direct', words), 'how far it is');
      expect(stepsOffered(told)).toEqual(offered);
      await clickWhatIsOffered(place, told);
      const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
      expect(await changes(place)).toEqual([RESET, LOCK].toSorted());
      await request.take(client.as(TOMAS), 'approve');
      await untilNothingIsPending(place);
      expect(await changes(place)).toEqual([`DELETE /tokens/${CI_PURGE.id}`, RESET, LOCK].toSorted());
      expect((await auditedEvents(place)).filter((event) => event === 'filed')).toHaveLength(1);
    },
  );
});
