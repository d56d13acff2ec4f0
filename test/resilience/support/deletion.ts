import { expect } from 'vitest';
import {
  askForDeletion,
  openRequest,
  type RequestButton,
  RequestMessage,
  toldPrivately,
} from '../../e2e/support/approving.ts';
import { elementsOf, messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import { THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import type { EngineName } from './databases.ts';
import {
  auditedEvents,
  type CrashPlace,
  hold,
  killOnceHeld,
  NOTHING_PENDING,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  pending,
  recordedSurfaces,
  restartBot,
  startBot,
  untilNothingIsPending,
} from './place.ts';
import { holdFastly } from './points.ts';

/** Whose deletion Nora asks for: a Fastly superuser, so that the account's lock is part of it. */
export const USER = THIRD_SUPERUSER;

/** A request's version when it is completed: filed, approved, started, completed. */
export const FINAL = 4;

/** Nora types the command and waits for nothing. */
export async function type({ client }: CrashPlace): Promise<void> {
  await client.as(NORA).command(`delete ${USER.id} --reason "Left the company"`);
}

/** Nora types the command and waits for the request. */
export async function ask({ client }: CrashPlace): Promise<RequestMessage> {
  return await askForDeletion(client, NORA, USER, { reason: 'Left the company' });
}

/** Waits for the request's message, and until nothing more is to be done about showing it. */
export async function shownRequest(place: CrashPlace): Promise<RequestMessage> {
  const tomas = place.client.as(TOMAS);
  const { id } = await tomas.until((sees) => openRequest(sees, CDN_TEAM, USER), 'the request');
  await untilShown(place);
  return await recordedMessage(place, id);
}

/** The message of the one request there is, which need not be open any more. */
export async function onlyRequest(place: CrashPlace): Promise<RequestMessage> {
  const { id } = await place.database.read((reader) =>
    reader.selectFrom('approval_requests').select('id').executeTakeFirstOrThrow(),
  );
  return await recordedMessage(place, id);
}

/** Waits until Slack shows all that it should. */
export async function untilShown(place: CrashPlace): Promise<void> {
  const { displays, surfaces } = NOTHING_PENDING;
  await expect
    .poll(() => pending(place), { timeout: PATIENCE_MILLISECONDS })
    .toMatchObject({ displays, surfaces });
}

async function recordedMessage(place: CrashPlace, id: string): Promise<RequestMessage> {
  const surface = (await recordedSurfaces(place, id)).find(({ name }) => name === 'message');
  if (!surface?.ts) throw new Error('the message of the request is not recorded');
  return new RequestMessage(id, surface.ts, CDN_TEAM);
}

/** Every message of the request, its replies left out. */
function messagesOf(sees: Sees): SeenMessage[] {
  return messagesIn(sees, CDN_TEAM).filter(
    ({ blocks, ephemeral, threadTs }) =>
      !ephemeral && threadTs === undefined && wordsOf(blocks).includes('Requested by'),
  );
}

/** The copies of the request's message that the store does not know of. */
export async function orphans(place: CrashPlace, { id }: RequestMessage): Promise<RequestMessage[]> {
  const known = (await recordedSurfaces(place, id)).map(({ ts }) => ts);
  return messagesOf(await place.client.as(TOMAS).sees())
    .filter(({ ts }) => !known.includes(ts))
    .map(({ ts }) => new RequestMessage(id, ts, CDN_TEAM));
}

/** Tomás clicks a button that means nothing any more, and is told so. */
async function clickInVain(place: CrashPlace, orphan: RequestMessage, button: RequestButton): Promise<void> {
  const tomas = place.client.as(TOMAS);
  const before = toldPrivately(await tomas.sees()).length;
  await orphan.click(tomas, button);
  await tomas.until(
    (sees) => toldPrivately(sees).length > before,
    'the answer to a click that comes too late',
  );
  await tomas.until((sees) => orphan.buttons(sees).length === 0, 'the orphan to be brought up to date');
}

/** Clicks Approve on each orphan, which is answered and brings it up to date. */
export async function adopt(place: CrashPlace, lost: readonly RequestMessage[]): Promise<void> {
  for (const orphan of lost) await clickInVain(place, orphan, 'approve');
}

/** The DELETE calls that reached Fastly, each as its status; null for one that was not answered. */
export async function deletions({ client }: CrashPlace): Promise<(number | null)[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'DELETE').map(({ status }) => status);
}

export async function isInFastly({ client }: CrashPlace): Promise<boolean> {
  return (await client.fastlyUsers()).some(({ id }) => id === USER.id);
}

/** What everybody sees of a request that has ended. */
export async function expectAllMessagesToSay(place: CrashPlace, words: string): Promise<void> {
  const messages = messagesOf(await place.client.as(TOMAS).sees());
  expect(messages.length).toBeGreaterThan(0);
  for (const { blocks } of messages) {
    expect(wordsOf(blocks)).toContain(words);
    expect(elementsOf(blocks)).toEqual([]);
  }
}

/** The thread, Nora's direct messages and the confirmations: each tells it, a lost answer may make it twice. */
export async function expectToldEverywhere(
  place: CrashPlace,
  { ts }: RequestMessage,
  words: { thread: string; requester: string; confirmation?: string },
): Promise<void> {
  const nora = await place.client.as(NORA).sees();
  const count = (texts: string[], wanted: string) => texts.filter((text) => text.includes(wanted)).length;
  const thread = messagesIn(nora, CDN_TEAM).filter(({ threadTs }) => threadTs === ts);
  const confirmations = messagesIn(nora, AUDIT_TRAIL).map(({ blocks }) => wordsOf(blocks));
  const told = {
    thread: count(
      thread.map(({ blocks }) => wordsOf(blocks)),
      words.thread,
    ),
    requester: count(toldPrivately(nora, 'direct'), words.requester),
    confirmation: words.confirmation === undefined ? 1 : count(confirmations, words.confirmation),
  };
  const onceOrTwice = expect.toBeOneOf([1, 2]);
  expect(told).toEqual({ thread: onceOrTwice, requester: onceOrTwice, confirmation: onceOrTwice });
}

/** The end of a deletion that was approved, whatever happened on the way. */
export async function expectDeletedOnce(
  place: CrashPlace,
  message: RequestMessage,
  { calls = [200], events }: { calls?: (number | null)[]; events?: string[] } = {},
): Promise<void> {
  await untilNothingIsPending(place);
  await adopt(place, await orphans(place, message));
  await untilNothingIsPending(place);
  expect(await deletions(place)).toEqual(calls);
  expect(await isInFastly(place)).toBe(false);
  expect(await auditedEvents(place)).toEqual(events ?? ['filed', 'approved', 'started', 'completed']);
  await expectAllMessagesToSay(place, 'was deleted');
  await expectToldEverywhere(place, message, {
    thread: 'was deleted',
    requester: 'was deleted',
    confirmation: 'was deleted',
  });
}

/** A call that Fastly holds, before or after its work, and what it then saw of DELETE: one without an answer is null. */
export type HeldCall = { when: 'before' | 'after'; match: string; calls: readonly (number | null)[] };

/** Has the bot die while Fastly holds a call of an approved deletion; the next bot brings it to its end. */
export async function expectDeletedAfterDeathInCall(
  engine: EngineName,
  { when, match, calls }: HeldCall,
): Promise<void> {
  const place = await newCrashPlace(engine);
  const bot = await startBot(place);
  const message = await ask(place);
  await untilShown(place);
  await hold(place, holdFastly(when, match));
  await message.take(place.client.as(TOMAS), 'approve');
  await killOnceHeld(place, bot, 'fastly');
  await restartBot(place);
  await expectDeletedOnce(place, message, { calls: [...calls] });
}
