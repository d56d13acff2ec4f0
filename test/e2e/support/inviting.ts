import { expect } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from './seeing.ts';

/** Somebody else who is invited. */
export const ADA = 'ada@example.com';

/** Has Fastly invite people, as it is done in Fastly's own pages; the last one latest. */
export async function invited({ fastly, client }: Sandbox, emails: readonly string[]): Promise<void> {
  for (const email of emails) {
    await client.advanceClock(1_000);
    const response = await fetch(`${fastly.url}/invitations`, {
      method: 'POST',
      headers: { 'fastly-key': fastly.token, 'content-type': 'application/vnd.api+json' },
      body: JSON.stringify({ data: { type: 'invitation', attributes: { email, role: 'engineer' } } }),
    });
    expect(response.status).toBe(201);
  }
}

/** Ends an invitation, as it is done in Fastly's own pages. */
export async function ended({ fastly, client }: Sandbox, email: string): Promise<void> {
  const open = (await client.fastlyInvitations()).find((each) => JSON.stringify(each).includes(email));
  const headers = { 'fastly-key': fastly.token, accept: 'application/vnd.api+json' };
  const response = await fetch(`${fastly.url}/invitations/${open?.id}`, { method: 'DELETE', headers });
  expect(response.status).toBe(204);
}

/** Has somebody accept an invitation: they are a user then, and it is gone. */
export async function accepted(sandbox: Sandbox, email: string): Promise<void> {
  await ended(sandbox, email);
  await sandbox.client.putFastlyUsers([{ id: 'accepted1', login: email, role: 'engineer' }]);
}

/** So many addresses. */
export const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `person.${String(index).padStart(3, '0')}@example.com`);

/** The addresses on a list of invitations, in its order. */
export const listed = (message: SeenMessage | undefined): string[] =>
  wordsOf(message?.blocks).match(/(?<=\*)[^\s*]+@example\.com(?=\*)/g) ?? [];

export const actionsOn = (message: SeenMessage | undefined) =>
  elementsOf(message?.blocks).map(({ action_id }) => String(action_id));

/** What `invitations` comes to in #cdn-team, once it says these words. */
export async function list(client: ControlClient, words: string, more = ''): Promise<SeenMessage> {
  const nora = client.as(NORA);
  await nora.command(`invitations${more}`);
  return await nora.until((sees) => messageWith(sees, CDN_TEAM, words), 'the list');
}

/** The block in which an invitation stands with its button. */
const blockOf = (message: SeenMessage, email: string) =>
  String(message.blocks.find((block) => wordsOf(block).includes(email))?.block_id);

/** A click on the button beside an invitation. */
export function withdraw(message: SeenMessage, email: string) {
  const place = { channel: CDN_TEAM.id, ts: message.ts, actionId: 'invitations.withdraw' };
  return { ...place, blockId: blockOf(message, email) };
}

/** The same message as it is now. */
export const again = (sees: Sees, message: SeenMessage) =>
  messagesIn(sees, CDN_TEAM).find(({ ts }) => ts === message.ts);
