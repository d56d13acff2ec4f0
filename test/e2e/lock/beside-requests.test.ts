import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { ENGINEER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { inFastly, updateOf, updates } from '../support/altering.ts';
import { openRequest, type RequestMessage, untilTold } from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const LOCK = updateOf(ENGINEER, { locked: 'true' });
const UNLOCK = updateOf(ENGINEER, { locked: 'false' });

async function startWithTokens(): Promise<Workplace> {
  const workplace = await startWorkplace(DELIVERY);
  await workplace.client.putFastlyTokens([CI_PURGE, SESSION]);
  return workplace;
}

const untilRequest = (who: ActingMember): Promise<RequestMessage> =>
  who.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
const untilSaid = (who: ActingMember, words: string): Promise<SeenMessage> =>
  who.until((sees) => messageWith(sees, CDN_TEAM, words), words);
const actionsOf = ({ blocks }: SeenMessage) => elementsOf(blocks).map(({ action_id }) => action_id);

describe('a request to revoke tokens', () => {
  it('leaves the user to be locked and unlocked, while it waits and after it', async () => {
    const { client } = await startWithTokens();
    const nora = client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    const told = await untilSaid(nora, 'asks to revoke 1 API token');
    const request = await untilRequest(nora);
    await nora.command(`unlock ${ENGINEER.id}`);
    await untilSaid(nora, `🔓 <@${NORA.id}> unlocked`);
    await nora.command(`lock ${ENGINEER.id}`);
    await expect.poll(() => updates(client)).toEqual([LOCK, UNLOCK, LOCK]);
    const again = (await nora.sees()).channels;
    expect(wordsOf(again)).not.toContain('already open');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Revoked');
    expect(actionsOf(told)).toEqual(['update.undo']);
  });

  it('does not end the Undo of a lock that came before it', async () => {
    const { client } = await startWithTokens();
    const nora = client.as(NORA);
    await nora.command(`lock ${ENGINEER.id} --revoke-tokens`);
    const told = await untilSaid(nora, 'asks to revoke 1 API token');
    await (await untilRequest(nora)).take(client.as(TOMAS), 'approve');
    await untilSaid(nora, '✅ Revoked');
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'update.undo' });
    await untilSaid(nora, `Undone by <@${NORA.id}>`);
    expect((await inFastly(client, ENGINEER))?.locked).toBe(false);
  });
});

it('a user whose deletion is half done can be locked, and the deletion retried', async () => {
  const { client } = await startWithTokens();
  const nora = client.as(NORA);
  await client.fastlyFaults({
    fail: { match: 'DELETE /user/', status: 403, body: '{"msg":"No"}', times: 1 },
  });
  await nora.command(`delete ${ENGINEER.id} --revoke-tokens`);
  const request = await untilRequest(nora);
  await request.take(client.as(TOMAS), 'approve');
  await request.until(nora, 'still exists');
  await nora.command(`lock ${ENGINEER.id}`);
  await request.until(nora, '*Locked* yes');
  expect(await updates(client)).toEqual([LOCK]);
  await request.click(nora, 'retry');
  await request.until(nora, '✅ Deleted');
});

it('the lock of a Fastly superuser that revokes tokens is undone in its thread, too', async () => {
  const { client } = await startWorkplace(DELIVERY);
  await client.putFastlyTokens([{ ...CI_PURGE, user_id: THIRD_SUPERUSER.id }]);
  const nora = client.as(NORA);
  await nora.command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
  const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
  await request.take(client.as(TOMAS), 'approve');
  const end = await nora.until(
    (sees) =>
      messagesIn(sees, CDN_TEAM).find(
        ({ threadTs, blocks }) => threadTs === request.ts && wordsOf(blocks).includes('was locked'),
      ),
    'the end in the thread',
  );
  expect(actionsOf(end)).toEqual(['update.undo']);
});

it('the form to lock is refused where a request keeps the lock from being made', async () => {
  const { client } = await startWorkplace(DELIVERY);
  const nora = client.as(NORA);
  await nora.command(`update ${ENGINEER.id} --role superuser`);
  await untilRequest(nora);
  await nora.command(`lock ${ENGINEER.login.split('@')[0]}`);
  await nora.until(
    ({ modals }) => modals.some(({ blocks }) => wordsOf(blocks).includes('Decide or cancel it first.')),
    'the reason',
  );
  await nora.command(`lock ${ENGINEER.id}`);
  await untilTold(nora, 'Decide or cancel it first. Nothing was changed.');
  expect(await updates(client)).toEqual([]);
});

describe('ending browser sessions', () => {
  it('is done when it is asked for again after nobody could see what the first attempt did', async () => {
    const { client } = await startWithTokens();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: `DELETE /tokens/${SESSION.id}`, when: 'before', times: 1 } });
    await nora.command(`lock ${ENGINEER.id} --end-sessions`);
    await client.untilHeld('fastly');
    await client.fastlyFaults({ tokensUnreadable: true, hold: null });
    const told = await untilSaid(nora, '⚠️ Not all browser sessions were ended.');
    await client.fastlyFaults({ tokensUnreadable: false });
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.end-sessions' });
    await untilSaid(nora, '✅ 1 browser session ended.');
  });

  it('of somebody who is locked already leaves the Unlock of the lock', async () => {
    const { client } = await startWithTokens();
    const nora = client.as(NORA);
    await nora.command(`lock ${ENGINEER.id}`);
    const first = await untilSaid(nora, `locked ${ENGINEER.name}`);
    await nora.command(`lock ${ENGINEER.id} --end-sessions`);
    expect(wordsOf((await untilSaid(nora, '1 browser session ended.')).blocks)).toContain(
      'was already locked.',
    );
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'update.undo' });
    await untilSaid(nora, `Undone by <@${NORA.id}>`);
    expect((await inFastly(client, ENGINEER))?.locked).toBe(false);
  });
});
