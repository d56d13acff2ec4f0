import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { BOT_ACCOUNT, ENGINEER, LIMITED_ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  auditEntries,
  databaseInFile,
  deletions,
  openRequest,
  type RequestMessage,
  untilTold,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, EXPIRED, LAPTOP, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const MINE = [CI_PURGE, LAPTOP, SESSION, EXPIRED];

async function workplaceWithTokens(variables: Record<string, string> = {}) {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyTokens(MINE);
  return workplace;
}

const untilAsked = (client: ControlClient): Promise<RequestMessage> =>
  client.as(TOMAS).until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');

/** The ids of Edda's tokens that Fastly lists. */
const listed = (client: ControlClient) =>
  client
    .fastlyTokens()
    .then((tokens) => tokens.filter(({ user_id }) => user_id === ENGINEER.id).map(({ id }) => id));

describe('revoke', () => {
  it('waits for another bot admin, who sees the tokens, and revokes just these', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(`revoke ${ENGINEER.login} --tokens ci-purge --reason "Leaked"`);
    const request = await untilAsked(client);
    const words = request.words(await client.as(TOMAS).sees());
    expect(words).toContain('Revoke API tokens of Edda Morton?');
    expect(words).toContain('1 token to revoke: ci-purge (purge_all, 3 services, used 4 hours ago ).');
    expect(words).toContain('Reason: Leaked');
    expect(await deletions(client)).toEqual([]);
    const form = await request.form(client.as(TOMAS), 'approve');
    expect(wordsOf(form.blocks)).toContain(
      'Used within the last week: ci-purge . What uses it stops working.',
    );
    await client.as(TOMAS).submit();
    await request.until(client.as(NORA), '✅ Revoked');
    expect(request.words(await client.as(NORA).sees())).toContain('API tokens of Edda Morton were revoked');
    expect(await deletions(client)).toEqual([`/tokens/${CI_PURGE.id}`]);
    expect(await listed(client)).toEqual([LAPTOP.id, SESSION.id, EXPIRED.id]);
  });

  it('takes all tokens that programs use, and leaves sessions and expired ones', async () => {
    const database = await databaseInFile();
    const { client, stop } = await workplaceWithTokens(database);
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens all`);
    const request = await untilAsked(client);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Revoked');
    expect(await listed(client)).toEqual([SESSION.id, EXPIRED.id]);
    await stop();
    const entries = await auditEntries(database);
    expect(entries.map(({ change, event }) => [change, event])).toEqual(
      ['filed', 'approved', 'started', 'revoking', 'completed'].map((event) => ['revoke', event]),
    );
    expect(JSON.stringify(entries)).toContain(LAPTOP.id);
  });

  it('asks from the form that a list has a button for', async () => {
    const { client } = await workplaceWithTokens();
    const nora = client.as(NORA);
    await nora.command(`tokens ${ENGINEER.id} --private`);
    const list = await nora.until((sees) => messageWith(sees, CDN_TEAM, '3 API tokens'), 'the list');
    await nora.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'revoke.button' });
    const form = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => callbackId === 'revoke.form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain('laptop (global, unused for 400 days)');
    await nora.submit({ tokens: [`token ${LAPTOP.id}`], reason: 'Unused' });
    const request = await untilAsked(client);
    expect(request.words(await nora.sees())).toContain('laptop (global, unused for 400 days).');
  });

  it('asks whose tokens they are, and then which', async () => {
    const { client } = await workplaceWithTokens();
    const nora = client.as(NORA);
    await nora.command('revoke');
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'revoke.pick'),
      'the form',
    );
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'revoke.form'),
      'the next',
    );
    await nora.submit({ tokens: [`token ${CI_PURGE.id}`, `token ${LAPTOP.id}`] });
    const request = await untilAsked(client);
    expect(request.words(await nora.sees())).toContain('2 tokens to revoke: ci-purge');
  });

  it('opens the form where the words only fit the user', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command('revoke edda --tokens laptop');
    const form = await client
      .as(NORA)
      .until(({ modals }) => modals.find(({ callbackId }) => callbackId === 'revoke.form'), 'the form');
    expect(JSON.stringify(form.values)).toContain(`token ${LAPTOP.id}`);
    expect(JSON.stringify(form.values)).not.toContain(`token ${CI_PURGE.id}`);
  });

  it.each([
    [`revoke ${ENGINEER.id} --tokens nothing`, 'There are ci-purge and laptop . Nothing was requested.'],
    [`revoke ${LIMITED_ENGINEER.id} --tokens all`, 'has no API tokens that programs use.'],
    ['revoke --tokens all', 'Type whose tokens they are, too.'],
    [`revoke ${BOT_ACCOUNT.id} --tokens all`, 'The bot never revokes tokens of that user.'],
    [`revoke ${BOT_ACCOUNT.id} --tokens fastly-user-bot`, 'The bot never revokes tokens of that user.'],
  ])('refuses %s', async (typed, words) => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(typed);
    await untilTold(client.as(NORA), words);
    expect(await deletions(client)).toEqual([]);
  });

  it('names the ids of tokens that share a name', async () => {
    const { client } = await workplaceWithTokens();
    await client.putFastlyTokens([{ ...LAPTOP, id: 'laptop2' }]);
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop`);
    await untilTold(client.as(NORA), 'Type the ID instead: laptop1 or laptop2');
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop2`);
    await untilAsked(client);
  });

  it('is refused once the owner is the user behind the token of the bot', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens all`);
    const request = await untilAsked(client);
    const body = JSON.stringify({ ...BOT_ACCOUNT, id: ENGINEER.id });
    await client.fastlyFaults({ fail: { match: 'GET /current_user', status: 200, body, times: 9 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.as(NORA).until((sees) => request.words(sees).includes('revoked') && sees, 'an end');
    expect(await deletions(client)).toEqual([]);
  });

  it('finds that the tokens are gone already', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens all`);
    const request = await untilAsked(client);
    for (const { id } of [CI_PURGE, LAPTOP]) await client.revokeFastlyToken(id);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), 'The tokens were gone already.');
  });

  it('stops at a token that Fastly refuses, and a retry goes on from there', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens all`);
    const request = await untilAsked(client);
    const match = `DELETE /tokens/${LAPTOP.id}`;
    await client.fastlyFaults({ fail: { match, status: 403, body: '{"msg":"No"}', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '1 token revoked, not all API tokens of Edda Morton');
    await request.click(client.as(TOMAS), 'retry');
    await request.until(client.as(NORA), '✅ Revoked');
    expect(await deletions(client)).toEqual([
      `/tokens/${CI_PURGE.id}`,
      `/tokens/${LAPTOP.id}`,
      `/tokens/${LAPTOP.id}`,
    ]);
  });

  it('looks before it repeats a call whose answer was lost', async () => {
    const { client } = await workplaceWithTokens();
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop`);
    const request = await untilAsked(client);
    await client.fastlyFaults({ drop: { match: 'DELETE /tokens/', when: 'after', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Revoked');
    expect(await deletions(client)).toEqual([`/tokens/${LAPTOP.id}`]);
  });

  it('is confirmed with the names of the tokens', async () => {
    const { client } = await workplaceWithTokens({ CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop`);
    await (await untilAsked(client)).take(client.as(TOMAS), 'approve');
    const confirmation = await client
      .as(NORA)
      .until((sees) => messageWith(sees, AUDIT_TRAIL, 'were revoked'), 'the confirmation');
    expect(wordsOf(confirmation.blocks)).toContain('1 token revoked: laptop');
  });

  it('takes a name that has a comma in it', async () => {
    const { client } = await workplaceWithTokens();
    await client.putFastlyTokens([{ ...LAPTOP, id: 'comma1', name: 'ci, prod' }]);
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens "ci, prod"`);
    expect((await untilAsked(client)).words(await client.as(NORA).sees())).toContain('1 token to revoke');
  });

  it('names some of many ids', async () => {
    const { client } = await workplaceWithTokens();
    await client.putFastlyTokens(Array.from({ length: 30 }, (_, at) => ({ ...LAPTOP, id: `same${at}` })));
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop`);
    expect(await untilTold(client.as(NORA), 'Type the ID instead')).toContain('21 more');
  });

  it('asks for no more than approvers can be shown, and the form says so', async () => {
    const { client } = await workplaceWithTokens();
    const nora = client.as(NORA);
    await client.putFastlyTokens(
      Array.from({ length: 118 }, (_, at) => ({
        ...LAPTOP,
        id: `many${at}`,
        name: at < 2 ? 'twice' : `ci-${at}`,
      })),
    );
    await nora.command(`revoke ${ENGINEER.id} --tokens all`);
    await untilTold(nora, 'One request revokes 50 tokens at most, and these are 120. Nothing was requested.');
    await nora.command('revoke edda --tokens laptop');
    const form = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => callbackId === 'revoke.form'),
      'the form',
    );
    expect(wordsOf(form.blocks)).toContain(
      '100 of 120 tokens can be chosen here. One request revokes 50 tokens at most.',
    );
    expect(JSON.stringify(form.blocks)).toContain('"many1, global"');
    for (const id of ['many0', 'many1']) await client.revokeFastlyToken(id);
    await nora.submit({ tokens: [`token ${CI_PURGE.id}`, 'token many0', 'token many1'] });
    await nora.until(
      ({ modals }) =>
        modals.some(({ errors }) => errors.tokens?.includes('2 tokens of those you chose are gone.')),
      'the error',
    );
  });

  it('is done at once where it needs no approval', async () => {
    const { client } = await workplaceWithTokens({ APPROVAL_REQUIRED_FOR: 'delete' });
    await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens laptop`);
    await client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, 'API tokens of Edda Morton were revoked'), 'the end');
    expect(await deletions(client)).toEqual([`/tokens/${LAPTOP.id}`]);
  });
});
