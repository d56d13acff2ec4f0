import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  deletions,
  openRequest,
  type RequestMessage,
  untilRefusedInForm,
  untilTold,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, EXPIRED, LAPTOP, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const MINE = [CI_PURGE, LAPTOP, SESSION, EXPIRED];
const SHOWN =
  '2 tokens that programs use: ci-purge (purge_all, 3 services, used 4 hours ago ), laptop (global, unused for 400 days).';
const MAY_REFUSE =
  "Fastly may refuse until the tokens are revoked. If Fastly doesn't refuse, the tokens end with the user.";
const LATER = { id: 'later1', user_id: ENGINEER.id, name: 'made-since' };
const USER = `/user/${ENGINEER.id}`;

async function workplaceWithTokens(variables: Record<string, string> = {}) {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyTokens(MINE);
  return workplace;
}

async function asked(client: ControlClient, flags: string): Promise<RequestMessage> {
  await client.as(NORA).command(`delete ${ENGINEER.id} ${flags}`);
  return await client.as(TOMAS).until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
}

const deleteForm = ({ modals }: Sees) => modals.find(({ callbackId }) => callbackId === 'delete.form');

describe('a request to delete a user with API tokens', () => {
  it('shows those that programs use, and what becomes of them', async () => {
    const { client } = await workplaceWithTokens();
    const request = await askForDeletion(client, NORA, ENGINEER);
    const words = request.words(await client.as(TOMAS).sees());
    expect(words).toContain(SHOWN);
    expect(words).toContain(MAY_REFUSE);
    const form = await request.form(client.as(TOMAS), 'approve');
    expect(wordsOf(form.blocks)).toContain(
      'Used within the last week: ci-purge . What uses it stops working.',
    );
    expect(wordsOf(form.blocks)).toContain(SHOWN);
    const used = { type: 'text', text: 'used 4 hours ago', style: { bold: true } };
    expect(JSON.stringify(form.blocks)).toContain(JSON.stringify(used));
    await client.as(TOMAS).submit();
    await request.until(client.as(NORA), "✅ Deleted. The user's 2 tokens ended.");
    expect(await deletions(client)).toEqual([USER]);
    await untilTold(client.as(NORA), "The user's 2 tokens ended.", 'direct');
  });

  it('says nothing of tokens where there are none but sessions and expired ones', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens([SESSION, EXPIRED]);
    const request = await askForDeletion(client, NORA, ENGINEER);
    expect(request.words(await client.as(TOMAS).sees())).not.toMatch(/token/);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(client.as(NORA), '✅ Deleted')).not.toMatch(/token/);
  });

  it('says that the bot could not look, and goes on without a list', async () => {
    const { client } = await workplaceWithTokens();
    await client.fastlyFaults({ tokensUnreadable: true });
    const request = await askForDeletion(client, NORA, ENGINEER);
    expect(request.words(await client.as(TOMAS).sees())).toContain(
      "The bot couldn't look whether programs use API tokens of this user.",
    );
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), "The bot couldn't check what became of the user's tokens.");
    expect(await deletions(client)).toEqual([USER]);
  });

  it('fails where the tokens were shown and cannot be compared any more', async () => {
    const { client } = await workplaceWithTokens();
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ tokensUnreadable: true });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'Bot admins can retry');
    expect(await deletions(client)).toEqual([]);
  });
});

describe('a token made since', () => {
  it.each([
    ['after two were shown', MINE, 3],
    ['after none was shown', [], 1],
  ])('has the approvals count no longer, %s, and is shown', async (_, before, count) => {
    const database = await databaseInFile();
    const { client, stop } = await startWorkplace(DELIVERY, database);
    await client.putFastlyTokens(before);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyTokens([LATER]);
    await request.take(client.as(TOMAS), 'approve', 'Bye');
    const thread = await request.untilInThread(client.as(NORA), "1 token that wasn't shown: made-since");
    expect(thread.at(-1)).toContain(
      `The approvals so far no longer count. <@${TOMAS.id}> : check the new list.`,
    );
    const words = await request.until(client.as(NORA), 'made-since (global, never used)');
    expect(words).toContain('Needs 1 approval');
    expect(words).not.toContain('Bye');
    expect(words).toContain(count === 1 ? '1 token that programs use' : `${count} tokens that programs use`);
    expect(await deletions(client)).toEqual([]);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
    expect(await deletions(client)).toEqual([USER]);
    await stop();
    const events = (await auditEntries(database)).map(({ event }) => event);
    expect(events).toEqual([
      'filed',
      'approved',
      'started',
      'asked-again',
      'approved',
      'started',
      'completed',
    ]);
  });

  it('is no reason where the request includes it', async () => {
    const { client } = await workplaceWithTokens();
    const request = await asked(client, '--later-tokens');
    expect(request.words(await client.as(TOMAS).sees())).toContain(
      'API tokens made before the deletion are included.',
    );
    await client.putFastlyTokens([LATER]);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
  });

  it('is not approved by a form that did not show it', async () => {
    const { client } = await workplaceWithTokens({
      SUPERUSERS: `${NORA.id},${TOMAS.id}`,
      ALLOW_SELF_APPROVAL: 'true',
    });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.form(client.as(NORA), 'approve');
    await client.putFastlyTokens([LATER]);
    await request.take(client.as(TOMAS), 'approve');
    await request.untilInThread(client.as(TOMAS), 'made-since');
    await client.as(NORA).submit();
    await untilRefusedInForm(client.as(NORA), "The user's tokens aren't those that you saw any more.");
    expect(await deletions(client)).toEqual([]);
  });

  it('that is a browser session changes nothing', async () => {
    const { client } = await startWorkplace();
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyTokens([SESSION]);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
  });
});

describe('revoking first', () => {
  it('is two steps, each told', async () => {
    const database = await databaseInFile();
    const { client, stop } = await workplaceWithTokens(database);
    const request = await asked(client, '--revoke-tokens');
    expect(request.words(await client.as(TOMAS).sees())).toContain(
      "Step 1 can't be undone, even if step 2 fails.",
    );
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), "✅ Deleted. The user's 2 tokens ended.");
    await request.untilInThread(client.as(NORA), '2 tokens revoked.');
    expect(await deletions(client)).toEqual([
      `/tokens/${CI_PURGE.id}`,
      `/tokens/${LAPTOP.id}`,
      `/tokens/${SESSION.id}`,
      USER,
    ]);
    await stop();
    const events = (await auditEntries(database)).map(({ event }) => event);
    expect(events).toEqual(['filed', 'approved', 'started', 'revoking', 'revoked', 'completed']);
  });

  it('is begun only where nothing is in the way of the deletion', async () => {
    const { client } = await workplaceWithTokens();
    const request = await asked(client, '--revoke-tokens');
    await client.patchFastlyAccount({ owner_id: ENGINEER.id });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'This user owns the Fastly account.');
    expect(await deletions(client)).toEqual([]);
  });

  it('leaves it half done where the deletion fails, and a retry does the rest', async () => {
    const { client } = await workplaceWithTokens();
    const request = await asked(client, '--revoke-tokens');
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    const told = await request.until(client.as(NORA), '2 tokens revoked, Edda Morton still exists');
    expect(told).not.toContain('Nothing was changed');
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['retry']);
    await client.forgetFastlyCalls();
    await request.click(client.as(TOMAS), 'retry');
    await request.until(client.as(NORA), '✅ Deleted');
    expect(await deletions(client)).toEqual([USER]);
  });

  it('ends where the user has other tokens after the first step', async () => {
    const { client } = await workplaceWithTokens();
    const request = await asked(client, '--revoke-tokens');
    await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'still exists');
    await client.putFastlyTokens([LATER]);
    await request.click(client.as(TOMAS), 'retry');
    await request.until(client.as(NORA), 'The user has other tokens now: made-since');
    expect(await deletions(client)).toEqual([
      `/tokens/${CI_PURGE.id}`,
      `/tokens/${LAPTOP.id}`,
      `/tokens/${SESSION.id}`,
      USER,
    ]);
  });

  it('revokes what was made since, where that is included', async () => {
    const { client } = await workplaceWithTokens();
    const request = await asked(client, '--revoke-tokens --later-tokens');
    await client.putFastlyTokens([LATER]);
    await client.fastlyFaults({ tokensAtDeletion: 'refuse' });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
    expect(await deletions(client)).toContain(`/tokens/${LATER.id}`);
  });
});

describe('what becomes of the tokens', () => {
  it('is a refusal, which ends the request and offers another one that revokes them first', async () => {
    const { client } = await workplaceWithTokens();
    await client.fastlyFaults({ tokensAtDeletion: 'refuse' });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(
      client.as(NORA),
      "If the user's tokens are why, the button asks for both in one request. If not, run /fastly-user delete again.",
    );
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['revoke-first']);
    const nora = client.as(NORA);
    await nora.click({ channel: CDN_TEAM.id, ts: request.ts, actionId: 'approvals.revoke-first' });
    const form = await nora.until(deleteForm, 'the form');
    expect(JSON.stringify(form.values)).toContain('revoke-tokens');
    await nora.submit();
    const second = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the second request');
    await second.take(client.as(TOMAS), 'approve');
    await second.until(nora, '✅ Deleted');
    expect(await deletions(client)).toEqual([
      USER,
      `/tokens/${CI_PURGE.id}`,
      `/tokens/${LAPTOP.id}`,
      `/tokens/${SESSION.id}`,
      USER,
    ]);
  });

  it('is told where they are still listed, with a way to revoke them', async () => {
    const { client } = await workplaceWithTokens();
    await client.fastlyFaults({ tokensAtDeletion: 'stay' });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    const nora = client.as(NORA);
    const told = '2 tokens of the user are still listed and may go on working: ci-purge and laptop';
    await request.until(nora, told);
    await request.untilInThread(nora, told);
    const reply = await nora.until(
      (sees) =>
        sees.channels
          .flatMap(({ messages }) => messages)
          .find(
            ({ threadTs, blocks }) => threadTs === request.ts && wordsOf(blocks).includes('still listed'),
          ),
      'the reply',
    );
    expect(elementsOf(reply.blocks)).toMatchObject([{ action_id: 'approvals.revoke' }]);
    await nora.click({ channel: CDN_TEAM.id, ts: reply.ts, actionId: 'approvals.revoke' });
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'revoke.form'),
      'the form',
    );
    await nora.submit();
    const second = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request to revoke');
    await second.take(client.as(TOMAS), 'approve');
    await second.until(nora, '✅ Revoked');
    expect(await deletions(client)).toEqual([USER, `/tokens/${CI_PURGE.id}`, `/tokens/${LAPTOP.id}`]);
  });
});

describe('the form', () => {
  it('offers both ways from the start where the user is known', async () => {
    const { client } = await workplaceWithTokens();
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await nora.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'delete.button' });
    const form = await nora.until(deleteForm, 'the form');
    const words = wordsOf(form.blocks);
    expect(words).toContain(SHOWN);
    expect(words).toContain('Revoke 2 tokens, then delete');
    expect(words).toContain('Also tokens made before the deletion');
    await nora.submit({ how: 'revoke-tokens', later: ['later-tokens'] });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    expect(request.words(await nora.sees())).toContain(
      "Step 1 revokes the tokens and the user's browser sessions.",
    );
    expect(request.words(await nora.sees())).toContain('API tokens made before the deletion are included.');
  });

  it('asks for it once the user is picked, and keeps the reason', async () => {
    const { client } = await workplaceWithTokens();
    const nora = client.as(NORA);
    await nora.command('delete --reason "Left the company"');
    await nora.until(deleteForm, 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => wordsOf(deleteForm(sees)?.blocks).includes('Revoke 2 tokens') && sees,
      'the choice',
    );
    await nora.submit({ how: 'plainly' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    expect(request.words(await nora.sees())).toContain('Reason: Left the company');
    expect(request.words(await nora.sees())).toContain(MAY_REFUSE);
  });

  it('is asked for first where nobody would approve', async () => {
    const { client } = await workplaceWithTokens({ APPROVAL_REQUIRED_FOR: 'none' });
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}`);
    const question = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Continue anyway?'),
      'the question',
    );
    await nora.click({ channel: CDN_TEAM.id, ts: question.ts, actionId: 'user.choose' });
    await untilTold(nora, 'Choose in the form what happens to them.');
    expect(await deletions(client)).toEqual([]);
  });
});
