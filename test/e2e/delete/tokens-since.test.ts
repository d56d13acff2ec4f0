import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, deletions, openRequest, type RequestMessage } from '../support/approving.ts';
import { CI_PURGE, LAPTOP } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const LATER = { id: 'later1', user_id: ENGINEER.id, name: 'made-since' };
const [FIRST, SECOND, USER] = [`/tokens/${CI_PURGE.id}`, `/tokens/${LAPTOP.id}`, `/user/${ENGINEER.id}`];
const NO = { status: 403, body: '{"msg":"No"}', times: 1 };

async function asked(words: string): Promise<{ client: ControlClient; request: RequestMessage }> {
  const { client } = await startWorkplace(DELIVERY);
  await client.putFastlyTokens([CI_PURGE, LAPTOP]);
  await client.as(NORA).command(words);
  const request = await client
    .as(TOMAS)
    .until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
  return { client, request };
}

const REVOKE_FIRST = `delete ${ENGINEER.id} --revoke-tokens`;

describe('a token made while a deletion is carried out', () => {
  it('is asked about where no token was revoked yet', async () => {
    const { client, request } = await asked(REVOKE_FIRST);
    await client.fastlyFaults({ fail: { match: 'DELETE /tokens/', ...NO } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'Bot admins can retry');
    await client.putFastlyTokens([LATER]);
    await request.click(client.as(TOMAS), 'retry');
    await request.untilInThread(client.as(NORA), "1 token that wasn't shown: made-since");
    await request.until(client.as(NORA), 'Needs 1 approval');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
    expect((await deletions(client)).at(-1)).toBe(USER);
  });

  it('keeps the user where it was made during the revocations', async () => {
    const { client, request } = await asked(REVOKE_FIRST);
    await client.fastlyFaults({ hold: { match: `DELETE ${FIRST}`, when: 'before', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    await client.putFastlyTokens([LATER]);
    await client.fastlyFaults({ hold: null });
    const words = await request.until(client.as(NORA), 'The user has other tokens now: made-since');
    expect(words).toContain('2 tokens revoked, Edda Morton still exists');
    expect(await deletions(client)).not.toContain(USER);
  });

  it('keeps the deletion from being sent once more', async () => {
    const { client } = await startWorkplace(DELIVERY);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ hold: { match: 'DELETE /user/', when: 'before', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    await client.putFastlyTokens([CI_PURGE]);
    await client.fastlyFaults({ hold: null });
    await request.until(client.as(NORA), "Fastly hasn't confirmed this yet.");
    expect(await deletions(client)).toEqual([USER]);
  });
});

describe('how many tokens are revoked', () => {
  it('is told where the rest is put off', async () => {
    const { client, request } = await asked(REVOKE_FIRST);
    await client.fastlyFaults({
      fail: { match: `DELETE ${SECOND}`, status: 429, body: '{"msg":"Slow down"}', times: 1 },
    });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), "1 token revoked. Fastly's rate limit is reached.");
    expect(await deletions(client)).toEqual([FIRST, SECOND]);
  });

  it('is told of a request to revoke while it goes on, which deletes nobody', async () => {
    const { client, request } = await asked(`revoke ${ENGINEER.id} --tokens all`);
    await client.fastlyFaults({ fail: { match: `DELETE ${SECOND}`, ...NO } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'Bot admins can retry');
    await client.fastlyFaults({ hold: { match: `DELETE ${SECOND}`, when: 'before', times: 1 } });
    await request.click(client.as(TOMAS), 'retry');
    await request.until(client.as(NORA), '1 token revoked. Revoking…');
    await client.fastlyFaults({ hold: null });
    await request.until(client.as(NORA), '✅ Revoked');
  });
});

it('says before and after a deletion that an entry of the list could not be read', async () => {
  const { client } = await startWorkplace(DELIVERY);
  await client.putFastlyTokens([{ ...CI_PURGE, id: 'abc.def' }]);
  const request = await askForDeletion(client, NORA, ENGINEER);
  const unread = "The bot couldn't read 1 token of the account. It may belong to this user.";
  expect(request.words(await client.as(TOMAS).sees())).toContain(
    `No API token that programs use. ⚠️ ${unread}`,
  );
  await client.fastlyFaults({ tokensAtDeletion: 'stay' });
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), `✅ Deleted. ⚠️ ${unread}`);
});
