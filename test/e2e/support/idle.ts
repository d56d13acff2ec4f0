import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, SeenView, Sees } from '../../sandbox/control/protocol.ts';
import { RequestMessage } from './approving.ts';
import { messagesIn, messageWith, wordsOf } from './seeing.ts';
import { DAY, fromNow } from './tokens.ts';

export type Idler = JsonObject & { id: string; login: string; name: string };

/** So many users who were last active a year ago, the first one longest. */
export function idlers(count: number): Idler[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `idle${index}`,
    name: `Idle ${index}`,
    login: `idle.${index}@example.com`,
    role: 'user',
    last_active_at: fromNow(-(365 + count - index) * DAY),
  }));
}

export const ticked = (user: { id: string; login: string }) => `${user.id} ${user.login}`;

/** Nora lists whom the words and 90 days fit, and opens the form to lock several of them. */
export async function openForm(client: ControlClient, words = 'idle'): Promise<SeenView> {
  const nora = client.as(NORA);
  await nora.command(`list ${words} --inactive 90d`);
  const list = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'inactive for 90 days'), 'the list');
  await nora.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'list.lock-several' });
  return await nora.until(
    ({ modals }) => modals.find(({ callbackId }) => callbackId === 'list.lock-several-form'),
    'the form',
  );
}

/** The values that are ticked in the form. */
export function tickedIn({ values }: SeenView): string[] {
  return [...JSON.stringify(values).matchAll(/"value":"(\w+ \S+@\S+?)"/g)].map(([, value]) => value ?? '');
}

/** Ticks these in the form, whose first users they are, and sends it. */
export async function submitTicked(client: ControlClient, users: readonly Idler[]): Promise<void> {
  const blocks = Array.from({ length: Math.ceil(users.length / 10) }, (_, index) => [
    `users-${index}`,
    users.slice(index * 10, index * 10 + 10).map(ticked),
  ]);
  await client.as(NORA).submit(Object.fromEntries(blocks));
}

/** The message of the request to lock several users, whatever its state. */
export function severalRequest(sees: Sees): RequestMessage | undefined {
  const found = messagesIn(sees, CDN_TEAM).find(
    ({ blocks, threadTs }) => threadTs === undefined && wordsOf(blocks).includes('Not active for more than'),
  );
  const id = found && /Request `?([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(wordsOf(found.blocks))?.[1];
  return found && id ? new RequestMessage(id, found.ts, CDN_TEAM) : undefined;
}

export const untilRequested = (client: ControlClient): Promise<RequestMessage> =>
  client.as(NORA).until(severalRequest, 'the request');

/** Nora asks for these to be locked, and Tomás approves. */
export async function approved(client: ControlClient, users: readonly Idler[]): Promise<RequestMessage> {
  await openForm(client);
  await submitTicked(client, users);
  const request = await untilRequested(client);
  await request.take(client.as(TOMAS), 'approve');
  return request;
}

/** Clicks a button of the request that opens no form. */
export async function clickOn(
  client: ControlClient,
  request: RequestMessage,
  actionId: string,
  who = NORA,
): Promise<void> {
  await client.as(who).click({ channel: CDN_TEAM.id, ts: request.ts, actionId: `approvals.${actionId}` });
}

/** The ids of those whom Fastly was asked to lock or unlock, in order. */
export async function puts(client: ControlClient): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'PUT').map(({ path }) => path.replace('/user/', ''));
}

export async function lockedNow(client: ControlClient): Promise<string[]> {
  const users = await client.fastlyUsers();
  return users
    .filter(({ id, locked }) => String(id).startsWith('idle') && locked === true)
    .map(({ id }) => String(id));
}
