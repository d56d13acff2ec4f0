import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { openRequest, openRequests, untilTold } from '../support/approving.ts';
import {
  askFor,
  creations,
  form,
  GRACE,
  openForm,
  SUPERUSER_FIELDS,
  SUPERUSER_WORDS,
} from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const DIRECT = `D${NORA.id.slice(1)}`;
describe('creating a Fastly superuser', () => {
  it('asks with every field, and once another superuser approves creates exactly that', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `create ${GRACE} ${SUPERUSER_WORDS} --reason "On call"`, GRACE);
    const words = request.words(await client.as(TOMAS).sees());
    expect(words).toContain('Create Grace Example as a Fastly superuser?');
    expect(words).toContain(`Requested by <@${NORA.id}>`);
    expect(words).toContain('Reason: On call');
    for (const field of [
      `*Login* \`${GRACE}\``,
      '*Name* Grace Example',
      '*Role* Fastly superuser',
      '*Limited services* no',
      '*Locked* no',
      '*Password change required* yes',
      '*2FA* on',
      '*2FA required by the account* no',
    ]) {
      expect(words).toContain(field);
    }
    expect(request.buttons(await nora.sees())).toEqual(['approve', 'deny', 'cancel']);
    expect(await creations(client)).toEqual([]);
    await request.click(nora, 'approve');
    await untilTold(nora, "You can't decide on your own request");
    expect(await creations(client)).toEqual([]);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(nora, '✅ Created as a Fastly superuser')).toContain(
      'Grace Example was created as a Fastly superuser',
    );
    await request.untilInThread(nora, `⭐ Grace Example ( ${GRACE} ) was created as a Fastly superuser.`);
    await untilTold(nora, 'was created as a Fastly superuser', 'direct');
    expect(request.buttons(await nora.sees())).toEqual([]);
    expect(await creations(client)).toEqual([SUPERUSER_FIELDS]);
    await nora.command(`list ${GRACE} --role superuser`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '1 of '), 'the list');
    await nora.command(`get ${GRACE}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '⭐ Fastly superuser'), 'the card');
  });

  it('asks from the form, with the same', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE, role: 'superuser', switches: ['locked'], reason: 'On call' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, { id: GRACE }), 'the request');
    expect((await nora.sees()).modals).toEqual([]);
    expect(request.words(await nora.sees())).toContain('Reason: On call');
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Created');
    expect(await creations(client)).toEqual([{ login: GRACE, role: 'superuser', locked: 'true' }]);
  });
});

describe('creating a Fastly superuser', () => {
  it('is copied to CONFIRMATIONS_CHANNEL once it is done, with who asked, who approved and why', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const words = `create ${GRACE} --role superuser --locked no --reason "On call"`;
    const request = await askFor(client, words, GRACE);
    await request.take(client.as(TOMAS), 'approve');
    const copy = await client.as(NORA).until((sees) => messageWith(sees, AUDIT_TRAIL, GRACE), 'the copy');
    expect(wordsOf(copy.blocks)).toMatch(
      new RegExp(`⭐ ${GRACE} was created as a Fastly superuser\\. Requested by <@${NORA.id}>`),
    );
    expect(wordsOf(copy.blocks)).toContain(
      `Approved by <@${TOMAS.id}> . Role Fastly superuser without an end and Locked no Reason: On call`,
    );
  });

  it('is refused at the login that is taken, from words and from the form, and nothing is asked', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${ENGINEER.login} --role superuser`);
    await untilTold(nora, `${ENGINEER.login} is already a user. Run /fastly-user get`);
    await openForm(nora, 'create --role superuser');
    await nora.submit({ address: ENGINEER.login.toUpperCase() });
    const view = await nora.until((sees) => sees.modals.find(({ errors }) => errors.address), 'the error');
    expect(view.errors.address).toContain('is already a user');
    expect(view.values).toMatchObject({ role: { role: { selected_option: { value: 'superuser' } } } });
    await nora.submit({ address: GRACE });
    await nora.until((sees) => openRequest(sees, CDN_TEAM, { id: GRACE }), 'the request');
    expect(openRequests(await nora.sees(), CDN_TEAM, { id: ENGINEER.login })).toEqual([]);
  });

  it('is asked for once a login: a second request is answered with a link to the first', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askFor(client, `create ${GRACE} --role superuser`, GRACE);
    await tomas.command(`create ${GRACE.toUpperCase()} --role superuser`);
    const told = await untilTold(tomas, 'wants to create');
    expect(told).toContain(`( request ${request.id} in <#${CDN_TEAM.id}>`);
    const message = messageWith(await tomas.sees(), CDN_TEAM, 'A request about this user is already open');
    expect(JSON.stringify(message?.blocks)).toContain(`/p${request.ts.replace('.', '')}`);
    await tomas.command(`invite ${GRACE} --role superuser`);
    await tomas.until(
      (sees) =>
        messagesIn(sees, CDN_TEAM).filter(({ blocks }) =>
          wordsOf(blocks).includes('A request about this user is already open'),
        ).length === 2,
      'the second refusal',
    );
    expect(openRequests(await tomas.sees(), CDN_TEAM, { id: GRACE })).toHaveLength(1);
  });

  it.each([
    [
      'in a direct message',
      DIRECT,
      '',
      "Approvers can't see this conversation. Run the command in a channel",
      'direct',
    ],
    ['privately', CDN_TEAM.id, ' --private', "Approvers can't see a private request", CDN_TEAM],
  ] as const)('is not asked for %s, with the way out', async (_how, channel, more, words, shownIn) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE} --role superuser${more}`, channel);
    expect(await untilTold(nora, words, shownIn)).toContain(
      "ask the bot's operator to set an approvals channel",
    );
    await openForm(nora, `create --role superuser${more}`, channel);
    await nora.submit({ address: GRACE });
    await nora.until((sees) => sees.modals[0]?.errors.address?.includes(words), 'the error in the form');
    expect(await creations(client)).toEqual([]);
  });

  it('is asked for in APPROVALS_CHANNEL also from a direct message, and the requester is told where', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE} --role superuser`, DIRECT);
    const request = await nora.until((sees) => openRequest(sees, AUDIT_TRAIL, { id: GRACE }), 'the request');
    const told = await untilTold(nora, `Requested in <#${AUDIT_TRAIL.id}>`, 'direct');
    expect(told).toContain(`request ${request.id}`);
    await openForm(nora, 'create');
    await nora.submit({ address: 'ada@example.com', role: 'superuser' });
    await nora.until(
      (sees) => wordsOf(sees.modals[0]?.blocks).includes(`Requested in <#${AUDIT_TRAIL.id}>`),
      'the same in the form',
    );
  });

  it.each(['deny', 'cancel'] as const)('is not done after %s, and can be asked for again', async (button) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `create ${GRACE} --role superuser`, GRACE);
    if (button === 'deny') await request.take(client.as(TOMAS), 'deny', 'Not yet');
    else await request.take(nora, 'cancel');
    const words = await request.until(
      nora,
      button === 'deny' ? 'denied the request' : 'cancelled the request',
    );
    expect(words).toContain(`${GRACE} wasn't created as a Fastly superuser`);
    const another = await askFor(client, `create ${GRACE} --role superuser`, GRACE);
    expect(another.id).not.toBe(request.id);
    expect(await creations(client)).toEqual([]);
  });

  it('is done at once where APPROVAL_REQUIRED_FOR says none, and the form promises no approval', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: 'none' });
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE} ${SUPERUSER_WORDS}`);
    const done = await nora.until((sees) => messageWith(sees, CDN_TEAM, '✅ Created'), 'the end');
    expect(wordsOf(done.blocks)).not.toContain('Approved by');
    expect(await creations(client)).toEqual([SUPERUSER_FIELDS]);
    for (const words of ['create', 'invite']) {
      const opened = await openForm(nora, words);
      expect(wordsOf(opened.blocks)).not.toContain('has approved');
      await nora.close();
    }
    await nora.command('create ada@example.com --role superuser --private');
    await nora.until((sees) => messageWith(sees, 'direct', '✅ Created'), 'the end, privately');
    expect(messageWith(await client.as(TOMAS).sees(), CDN_TEAM, 'ada@example.com')).toBeUndefined();
  });

  it('is in the audit log, step by step', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `create ${GRACE} --role superuser --reason "On call"`, GRACE);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, '✅ Created');
    await nora.command('audit --private');
    const words = await untilTold(nora, 'The latest changes');
    for (const line of [
      `<@${NORA.id}> asked to create ${GRACE} as a Fastly superuser: On call`,
      `<@${TOMAS.id}> approved the request to create ${GRACE} as a Fastly superuser`,
      `⭐ ${GRACE} was created as a Fastly superuser`,
    ]) {
      expect(words).toContain(line);
    }
  });

  it('asks by way of the offered invitation where the form cannot create', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 404 });
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE, role: 'engineer' });
    await form(nora, 'invite');
    await nora.submit({ role: 'superuser' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, { id: GRACE }), 'the request');
    expect(request.words(await nora.sees())).toContain(`Invite ${GRACE} as a Fastly superuser?`);
  });
});
