import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import {
  BILLING,
  ENGINEER,
  LIMITED_ENGINEER,
  THIRD_SUPERUSER,
  TLS_ADMIN,
} from '../../sandbox/fastly/people.ts';
import { untilEditForm, updateOf, updates } from '../support/altering.ts';
import { answer, untilAsked } from '../support/answering.ts';
import { openRequest, untilTold, untilToldInForm } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

const UNREADABLE = ['7cXku3sEDtOBxnhLaL1Iyp', 'TWhtbByYgR51MumwLiSJyF', 'Q2c4e6g8i0k1m3o5q7s9u1'];
const NAMED = ['engineer', 'billing', 'tls_viewer'];

describe('a user with several roles', () => {
  it('is shown with all of them on the card and in the list, by name where Fastly tells it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([
      { ...ENGINEER, roles: UNREADABLE },
      { ...BILLING, roles: [...NAMED, 'id1'] },
    ]);
    await nora.command(`get ${ENGINEER.login}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    expect(wordsOf(card.blocks)).toContain('*Role* engineer and 2 more');
    await nora.command(`get ${BILLING.login}`);
    const named = await nora.until((sees) => messageWith(sees, CDN_TEAM, BILLING.login), 'the card');
    expect(wordsOf(named.blocks)).toContain('*Role* billing, engineer, tls_viewer and 1 more');
    await nora.command('list');
    const list = await nora.until((sees) => messageWith(sees, CDN_TEAM, LIMITED_ENGINEER.login), 'the list');
    expect(wordsOf(list.blocks)).toContain('edda.morton@example.com engineer and 2 more');
    expect(wordsOf(list.blocks)).toContain('billing, engineer, tls_viewer and 1 more');
  });

  it('is asked about before the role is set, with what the bot cannot give back', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, roles: NAMED }]);
    await nora.command(`update ${ENGINEER.login} --role user --name "Edda M."`);
    const asked = wordsOf((await untilAsked(nora, CDN_TEAM)).blocks);
    expect(asked).toContain(
      "⚠️ Setting Role may take billing and tls_viewer away from this user. The bot can't give them back.",
    );
    expect(asked).toContain('To be set: Name Edda M. and Role user');
    expect(await updates(client)).toEqual([]);
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → user'), 'the change');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { name: 'Edda M.', role: 'user' })]);
  });

  it('is asked about anew when the roles have changed since', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, roles: NAMED }]);
    await nora.command(`update ${ENGINEER.login} --role user`);
    await untilAsked(nora, CDN_TEAM);
    await client.putFastlyUsers([{ ...ENGINEER, roles: ['engineer', 'ngwaf_owner'] }]);
    await answer(nora, CDN_TEAM, ENGINEER);
    await untilTold(nora, "may take ngwaf_owner away from this user. The bot can't give it back.");
    expect(await updates(client)).toEqual([]);
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → user'), 'the change');
  });

  it('is one question with the choice among several', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, roles: NAMED }]);
    await nora.command('update Morton --role billing');
    const asked = wordsOf((await untilAsked(nora, CDN_TEAM)).blocks);
    expect(asked.match(/may take/g)).toHaveLength(1);
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
  });

  it('is asked about after a choice among many, too, whose form cannot tell it of each', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const many = Array.from({ length: 7 }, (_, index) => ({
      ...{ id: `quux${index}`, login: `quux.${index}@example.com`, name: `Quux ${index}` },
      ...{ role: 'engineer', roles: NAMED },
    }));
    const [first = ENGINEER] = many;
    await client.putFastlyUsers(many);
    await nora.command('update Quux --role user');
    await nora.until(({ modals }) => modals[0]?.title === 'Which user?', 'the form');
    await nora.submit({ 'user-picker': pickerValue(first) });
    await untilToldInForm(nora, 'may take billing and tls_viewer away');
    expect(await updates(client)).toEqual([]);
    const asked = await nora.until((sees) => messageWith(sees, 'direct', 'Continue anyway?'), 'the question');
    expect(elementsOf(asked.blocks)).toHaveLength(1);
    const [button] = elementsOf(asked.blocks);
    expect(wordsOf(button)).toContain('Update Quux 0');
  });

  it('is looked at again right before the role is set', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ hold: { match: 'GET /current_customer', when: 'before', times: 1 } });
    await nora.command(`update ${ENGINEER.id} --locked yes --role billing`);
    await client.untilHeld('fastly');
    await client.putFastlyUsers([{ ...ENGINEER, roles: ['engineer', 'tls_viewer'] }]);
    await client.fastlyFaults({ hold: null });
    await untilTold(nora, 'the roles were engineer and are now engineer and tls_viewer');
    expect(await updates(client)).toEqual([]);
  });

  it('is changed in everything else without a question', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([{ ...TLS_ADMIN, role: 'ngwaf_owner_imported', roles: NAMED }]);
    await client.as(NORA).command(`update ${TLS_ADMIN.login} --locked yes`);
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'Locked not set → yes'), 'the change');
    expect(await updates(client)).toEqual([updateOf(TLS_ADMIN, { locked: 'true' })]);
  });

  it('has what may be lost on top of the form, which is the question', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, roles: NAMED }]);
    await nora.command(`update ${ENGINEER.login}`);
    const form = await untilEditForm(nora);
    expect(wordsOf(form.blocks[0])).toContain('⚠️ Setting Role may take billing and tls_viewer away');
    await client.putFastlyUsers([{ ...ENGINEER, roles: ['engineer', 'ngwaf_owner'] }]);
    await nora.submit({ role: 'billing' });
    const again = await nora.until(
      ({ modals }) => modals.find(({ blocks }) => wordsOf(blocks).includes('roles have changed')),
      'the form, drawn again',
    );
    expect(wordsOf(again.blocks)).toContain('may take ngwaf_owner away');
    expect(await updates(client)).toEqual([]);
    await nora.submit();
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
  });
});

describe('a role that the bot cannot give back', () => {
  it('is not taken without a question', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${TLS_ADMIN.id} --role billing`);
    const asked = wordsOf((await untilAsked(nora, CDN_TEAM)).blocks);
    expect(asked).toContain('may take tls_admin away');
    await answer(nora, CDN_TEAM, TLS_ADMIN);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role tls_admin → billing'), 'the change');
    expect(await updates(client)).toEqual([updateOf(TLS_ADMIN, { role: 'billing' })]);
  });
});

describe('an approval request that sets the role of a user with several', () => {
  it('says what may be lost, and is not carried out when the roles are others', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.putFastlyUsers([{ ...THIRD_SUPERUSER, roles: ['superuser', 'tls_viewer'] }]);
    await nora.command(`update ${THIRD_SUPERUSER.id} --role user`);
    await answer(nora, CDN_TEAM, THIRD_SUPERUSER);
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
    expect(request.words(await tomas.sees())).toContain('⚠️ Setting Role may take tls_viewer away');
    await client.putFastlyUsers([{ ...THIRD_SUPERUSER, roles: ['superuser', 'ngwaf_owner'] }]);
    await request.take(tomas, 'approve');
    expect(await request.until(nora, '⛔')).toContain(
      'the list of roles was superuser, tls_viewer and is now ngwaf_owner, superuser',
    );
    expect(await updates(client)).toEqual([]);
  });

  it('is filed for who may be a Fastly superuser, and says so', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.putFastlyUsers([{ ...ENGINEER, roles: UNREADABLE }]);
    await nora.command(`update ${ENGINEER.id} --locked yes`);
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    const words = request.words(await tomas.sees());
    expect(words).toContain("⚠️ Fastly doesn't name all of this user's roles");
    expect(words).toContain('*Role* engineer and 2 more');
    expect(words).not.toContain('may take');
    expect(request.buttons(await tomas.sees())).not.toContain('lock');
  });

  it('is carried out when it was stored without them', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`update ${THIRD_SUPERUSER.id} --role user`);
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
    await client.putFastlyUsers([{ ...THIRD_SUPERUSER, roles: ['superuser', 'tls_viewer'] }]);
    await request.take(tomas, 'approve');
    await request.until(nora, '✅ Demoted');
    expect(await updates(client)).toEqual([updateOf(THIRD_SUPERUSER, { role: 'user' })]);
  });
});

describe('limited services', () => {
  it('stand in the way of the role user, and a button takes both steps', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${LIMITED_ENGINEER.id} --role user --reason "New job"`);
    const told = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'not allowed to be service limited'),
      'the refusal',
    );
    expect(wordsOf(elementsOf(told.blocks))).toContain('Set the role, without limited services');
    await nora.click({ channel: CDN_TEAM.id, ts: told.ts, actionId: 'user.choose' });
    const done = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Role engineer → user'),
      'the change',
    );
    expect(wordsOf(done.blocks)).toContain('Limited services yes → no');
    expect(wordsOf(done.blocks)).toContain('Reason: New job');
    expect((await updates(client)).at(-1)).toEqual(
      updateOf(LIMITED_ENGINEER, { role: 'user', limit_services: 'false' }),
    );
  });
});
