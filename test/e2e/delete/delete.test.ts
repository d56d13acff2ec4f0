import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PARTNERS, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, LIMITED_ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { answer } from '../support/answering.ts';
import {
  askForDeletion,
  databaseInFile,
  deletions,
  openRequest,
  openRequests,
  startAnother,
  toldPrivately,
  untilTold,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

const DIRECT = `D${NORA.id.slice(1)}`;
/** As long as a reason may be, with what a message or a block id could stumble over. */
const LONGEST_REASON = `Left <@${TOMAS.id}> & "us" → 👋 `.padEnd(240, 'x');

/** The form, which a moment of waiting may come before. */
const deleteForm = ({ modals }: Sees) => modals.find(({ callbackId }) => callbackId === 'delete.form');

describe.each(DELIVERY_MODES)('delete, over %s', (mode) => {
  it('asks in the channel for who is named by login', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command(`delete ${PLUS_LOGIN.login} --reason "Left the company"`);
    const request = await client
      .as(TOMAS)
      .until((sees) => openRequest(sees, CDN_TEAM, PLUS_LOGIN), 'the request');
    expect(request.words(await nora.sees())).toContain('Reason: Left the company');
  });

  it('asks privately who is meant where the words fit several, and keeps the reason', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command(`delete Morton --reason '${LONGEST_REASON}'`);
    const choice = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Which one do you mean'),
      'the choice',
    );
    expect(choice.ephemeral).toBe(true);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
    await answer(nora, CDN_TEAM, LIMITED_ENGINEER);
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, LIMITED_ENGINEER), 'the request');
    const sees = await nora.until(
      (now) => !messageWith(now, CDN_TEAM, 'Which one do you mean') && now,
      'no choice',
    );
    expect(request.words(sees)).toContain(`Reason: ${LONGEST_REASON}`);
  });

  it('asks from the form, which says who decides and where', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command('delete --reason "Left the company"');
    const form = await nora.until(deleteForm, 'the form');
    expect(wordsOf(form.blocks)).toContain(
      `Needs 1 approval from <@${TOMAS.id}> . The request is posted in <#${CDN_TEAM.id}>`,
    );
    expect(form.submit).toBe('Request deletion');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    const request = await nora.until(
      (sees) => sees.modals.length === 0 && openRequest(sees, CDN_TEAM, ENGINEER),
      'the request',
    );
    expect(request.words(await nora.sees())).toContain('Reason: Left the company');
  });

  it("asks from the card's Delete… button, by way of the form with that user in it", async () => {
    const { client } = await startWorkplace(mode);
    const tomas = client.as(TOMAS);
    await client.as(NORA).command(`get ${ENGINEER.id}`);
    const card = await tomas.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await tomas.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'delete.button' });
    await tomas.until(deleteForm, 'the form');
    await tomas.submit({ reason: 'Left the company' });
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    const words = request.words(await tomas.sees());
    expect(words).toContain(`Requested by <@${TOMAS.id}>`);
    expect(words).toContain('Reason: Left the company');
  });

  it('asks once for a delivery that comes twice', async () => {
    const { client, log } = await startWorkplace(mode);
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.redeliver((await client.deliveries()).at(-1)?.id ?? '');
    await log.until('the same delivery once more is not carried out again');
    expect(openRequests(await nora.sees(), CDN_TEAM, ENGINEER)).toHaveLength(1);
    expect(request.words(await nora.sees())).toContain('Needs 1 approval');
  });
});

describe('delete', () => {
  it('does not ask again for a delivery that comes once more after a restart and the end', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const nora = client.as(NORA);
    await askForDeletion(client, NORA, ENGINEER);
    const delivery = (await client.deliveries()).at(-1)?.id ?? '';
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    await request.take(nora, 'cancel');
    await request.until(nora, 'cancelled the request');
    const another = await startAnother(workplace, database);
    await client.redeliver(delivery);
    expect(await another.log.until('refused')).toMatchObject({ why: 'This was already requested.' });
    expect(openRequests(await nora.sees(), CDN_TEAM, ENGINEER)).toEqual([]);
    expect(toldPrivately(await nora.sees())).toEqual([]);
  });

  it('refuses a second request for the same user, with a link to the first', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await tomas.command(`delete ${ENGINEER.id}`);
    const told = await untilTold(tomas, `wants to delete ${ENGINEER.name}`);
    expect(told).toContain(`<@${NORA.id}> wants to delete ${ENGINEER.name}`);
    expect(told).toContain(`( request ${request.id} in <#${CDN_TEAM.id}>`);
    const message = messageWith(await tomas.sees(), CDN_TEAM, 'A request about this user is already open');
    expect(JSON.stringify(message?.blocks)).toContain(
      `/archives/${CDN_TEAM.id}/p${request.ts.replace('.', '')}`,
    );
    expect(openRequests(await tomas.sees(), CDN_TEAM, ENGINEER)).toHaveLength(1);
  });

  it('files one request when two ask for the same user at the same moment', async () => {
    const { client } = await startWorkplace();
    const both = [client.as(NORA), client.as(TOMAS)];
    await Promise.all(both.map((who) => who.command(`delete ${ENGINEER.id}`)));
    const told = await Promise.any(both.map((who) => untilTold(who, 'wants to delete')));
    expect(told).toContain(ENGINEER.login);
    const [nora] = both;
    await nora?.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    expect(openRequests(await client.as(NORA).sees(), CDN_TEAM, ENGINEER)).toHaveLength(1);
  });

  it('can be asked for once more when a request has ended', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const first = await askForDeletion(client, NORA, ENGINEER);
    await first.take(nora, 'cancel');
    await first.until(nora, 'cancelled the request');
    const second = await askForDeletion(client, NORA, ENGINEER);
    expect(second.id).not.toBe(first.id);
  });
});

describe('delete where APPROVALS_CHANNEL is set', () => {
  it('asks there, and tells the requester so', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER, { shownIn: AUDIT_TRAIL });
    const told = await untilTold(nora, `Requested in <#${AUDIT_TRAIL.id}>`);
    expect(told).toContain(request.id);
    expect(openRequests(await nora.sees(), CDN_TEAM, ENGINEER)).toEqual([]);
  });

  it('says in the form where it asked', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command('delete');
    const form = await nora.until(deleteForm, 'the form');
    expect(wordsOf(form.blocks)).toContain(`The request is posted in <#${AUDIT_TRAIL.id}>`);
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    const request = await nora.until((sees) => openRequest(sees, AUDIT_TRAIL, ENGINEER), 'the request');
    const view = await nora.until((sees) => sees.modals.find(({ submit }) => submit === null), 'the notice');
    expect(wordsOf(view.blocks)).toContain(`Requested in <#${AUDIT_TRAIL.id}>`);
    expect(wordsOf(view.blocks)).toContain(request.id);
  });

  it.each([
    { from: 'a direct message', channel: DIRECT, words: '' },
    { from: 'a channel shared with another company', channel: PARTNERS.id, words: '' },
    { from: 'a channel, privately', channel: CDN_TEAM.id, words: ' --private' },
  ])('takes what is asked in $from', async ({ channel, words }) => {
    const { client } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id}${words}`, channel);
    const request = await nora.until((sees) => openRequest(sees, AUDIT_TRAIL, ENGINEER), 'the request');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Deleted');
    expect(await deletions(client)).toHaveLength(1);
  });

  it.each(['approve', 'deny'] as const)(
    'has buttons that work there (%s), also when COMMAND_CHANNELS names only others',
    async (button) => {
      const { client } = await startWorkplace(DELIVERY, {
        APPROVALS_CHANNEL: AUDIT_TRAIL.id,
        COMMAND_CHANNELS: CDN_TEAM.id,
      });
      const tomas = client.as(TOMAS);
      const request = await askForDeletion(client, NORA, ENGINEER, { shownIn: AUDIT_TRAIL });
      if (button === 'approve') await request.take(tomas, 'approve');
      else await request.take(tomas, 'deny', 'Not yet');
      await request.until(tomas, button === 'approve' ? '✅ Deleted' : 'Not yet');
      await tomas.command(`delete ${PLUS_LOGIN.id}`, AUDIT_TRAIL);
      await tomas.until(
        (sees) => JSON.stringify(sees).includes("Commands aren't enabled in this channel"),
        'commands to be refused there',
      );
    },
  );
});

describe('delete where nothing is set to wait for approval', () => {
  const variables = { APPROVAL_REQUIRED_FOR: 'none' };

  it('asks the caller first, alone, and then deletes at once', async () => {
    const { client } = await startWorkplace(DELIVERY, variables);
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`delete ${ENGINEER.id} --reason "Left the company"`);
    const caution = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'deleted at once'), 'the caution');
    expect(caution.ephemeral).toBe(true);
    expect(wordsOf(caution.blocks)).toContain(ENGINEER.login);
    expect(wordsOf(caution.blocks)).toContain(`Delete ${ENGINEER.name}`);
    expect(await deletions(client)).toEqual([]);
    await answer(nora, CDN_TEAM, ENGINEER);
    const done = await tomas.until((sees) => messageWith(sees, CDN_TEAM, '✅ Deleted'), 'the end');
    expect(elementsOf(done.blocks)).toEqual([]);
    expect(wordsOf(done.blocks)).toContain('Reason: Left the company');
    expect(wordsOf(done.blocks)).not.toContain('Approved by');
    expect(await deletions(client)).toHaveLength(1);
    await nora.until((sees) => !messageWith(sees, CDN_TEAM, 'deleted at once'), 'the caution to go');
  });

  it('says in the form that it is done at once', async () => {
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    await nora.command('delete');
    const form = await nora.until((sees) => sees.modals.find(({ submit }) => submit !== null), 'the form');
    expect(wordsOf(form.blocks)).toContain("the user is deleted at once. This can't be undone.");
    expect(form.submit).toBe('Delete');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '✅ Deleted'), 'the end');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('shows it to the caller alone who asks for that', async () => {
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    await nora.command(`delete ${ENGINEER.id} --private`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'deleted at once'), 'the caution');
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until((sees) => messageWith(sees, 'direct', '✅ Deleted'), 'the end');
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });
});
