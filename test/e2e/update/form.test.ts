import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import {
  ENGINEER,
  LIMITED_ENGINEER,
  NEVER_ACTIVE,
  NEW_PASSWORD_REQUIRED,
  TLS_ADMIN,
} from '../../sandbox/fastly/people.ts';
import { filledIn, untilEditForm, updateOf, updates } from '../support/altering.ts';
import {
  databaseInFile,
  openRequest,
  startAnother,
  untilTold,
  untilToldInForm,
} from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

const pickForm = ({ modals }: Sees) => modals.find(({ callbackId }) => callbackId === 'update.pick');

describe.each(DELIVERY_MODES)('the form of update, over %s', (mode) => {
  it('follows the choice of a user, filled in, and sends what was changed in it', async () => {
    const { client } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command('update');
    await nora.until(pickForm, 'the picker');
    await nora.typeAhead('user-picker', NEW_PASSWORD_REQUIRED.login);
    await nora.submit({ 'user-picker': pickerValue(NEW_PASSWORD_REQUIRED) });
    const form = await untilEditForm(nora);
    expect((await nora.sees()).modals).toHaveLength(1);
    expect(wordsOf(form.blocks)).toContain(NEW_PASSWORD_REQUIRED.login);
    expect(filledIn(form)).toEqual({
      name: NEW_PASSWORD_REQUIRED.name,
      role: 'user',
      switches: ['require_new_password'],
      reason: null,
    });
    await nora.submit({ role: 'billing', switches: ['limit_services'], reason: 'New job' });
    const told = await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    expect(wordsOf(told.blocks)).toContain(
      'Role user → billing, Limited services no → yes and Password change required yes → no',
    );
    expect(wordsOf(told.blocks)).toContain('Reason: New job');
    expect((await nora.sees()).modals).toEqual([]);
    const sent = { role: 'billing', limit_services: 'true', require_new_password: 'false' };
    expect(await updates(client)).toEqual([updateOf(NEW_PASSWORD_REQUIRED, sent)]);
  });

  it("opens from the card's Update… button, and says in the channel who saved it", async () => {
    const { client } = await startWorkplace(mode);
    const tomas = client.as(TOMAS);
    await client.as(NORA).command(`get ${ENGINEER.id}`);
    const card = await tomas.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await tomas.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'update.button' });
    const form = await untilEditForm(tomas);
    expect(filledIn(form)).toMatchObject({ name: ENGINEER.name, role: 'engineer', switches: [] });
    await tomas.submit({ switches: ['locked'] });
    await tomas.until(
      (sees) => messageWith(sees, CDN_TEAM, `<@${TOMAS.id}> updated Edda Morton`),
      'the change',
    );
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { locked: 'true' })]);
  });

  it('is one change when its submission comes twice', async () => {
    const { client, log } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit({ name: 'Edda Sommer' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    await client.redeliver((await client.deliveries()).at(-1)?.id ?? '');
    await log.until('the same delivery once more is not carried out again');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { name: 'Edda Sommer' })]);
  });
});

describe('the form of update', () => {
  it('opens with the words that were given, over what the user has', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update --role billing --locked yes --reason "New job"');
    await nora.until(pickForm, 'the picker');
    await nora.typeAhead('user-picker', TLS_ADMIN.login);
    await nora.submit({ 'user-picker': pickerValue(TLS_ADMIN) });
    const form = await untilEditForm(nora);
    const given = { role: 'billing', switches: ['locked'], reason: 'New job' };
    expect(filledIn(form)).toEqual({ name: TLS_ADMIN.name, ...given });
    await nora.submit();
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role tls_admin → billing'), 'the change');
    expect(await updates(client)).toEqual([updateOf(TLS_ADMIN, { role: 'billing', locked: 'true' })]);
  });

  it('keeps a role that is only shown, and offers the four beside it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${TLS_ADMIN.id}`);
    const form = await untilEditForm(nora);
    const offered = elementsOf(form.blocks).find(({ action_id }) => action_id === 'role')?.options;
    expect(wordsOf(offered).trim().split(/ +/)).toEqual([
      'user',
      'billing',
      'engineer',
      'Fastly',
      'superuser',
      'tls_admin',
    ]);
    expect(filledIn(form).role).toBe('tls_admin');
    await nora.submit({ name: 'Oskar Wren' });
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Name Oskar Pemberley → Oskar Wren'),
      'the change',
    );
    expect(await updates(client)).toEqual([updateOf(TLS_ADMIN, { name: 'Oskar Wren' })]);
  });

  it('leaves what is not set as it is when nobody touches it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${NEVER_ACTIVE.login}`);
    expect(filledIn(await untilEditForm(nora)).switches).toEqual([]);
    await nora.submit({ name: 'Leif D.' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    expect(await updates(client)).toEqual([updateOf(NEVER_ACTIVE, { name: 'Leif D.' })]);
  });

  it.each(['Edda Morton ', ' ', ''])('leaves the name %j as it is when nobody touches it', async (name) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, name }]);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit({ role: 'billing' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
  });

  it('says at its fields what cannot be saved, and keeps the rest', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${LIMITED_ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit();
    expect((await untilEditForm(nora)).errors).toEqual({
      name: 'No change: Silas Morton (silas.morton@example.com) already has these settings.',
    });
    await nora.submit({ name: ' ', role: 'user' });
    expect((await untilEditForm(nora)).errors).toEqual({
      name: "The name can't be empty. It is Silas Morton now.",
    });
    await nora.submit({ name: 'Silas Reed', role: null });
    expect((await untilEditForm(nora)).errors).toEqual({
      role: "The role can't be empty. It is engineer now.",
    });
    await nora.submit({ role: 'user', reason: 'New job' });
    const refused = await untilEditForm(nora);
    expect(refused.errors.role).toContain("Role 'user' is not allowed to be service limited");
    const kept = { name: 'Silas Reed', role: 'user', switches: ['limit_services'], reason: 'New job' };
    expect(filledIn(refused)).toEqual(kept);
    await nora.submit({ switches: [] });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Limited services yes → no'), 'the change');
    expect((await updates(client)).at(-1)).toEqual(
      updateOf(LIMITED_ENGINEER, { name: 'Silas Reed', role: 'user', limit_services: 'false' }),
    );
  });

  it('offers those who fit where several do, in the same modal', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update Morton');
    const choice = await nora.until(pickForm, 'the choice');
    expect(wordsOf(choice.blocks)).toContain('2 users match Morton . Which one do you mean?');
    await nora.submit({ 'user-picker': pickerValue(LIMITED_ENGINEER) });
    expect(filledIn(await untilEditForm(nora)).name).toBe(LIMITED_ENGINEER.name);
    expect((await nora.sees()).modals).toHaveLength(1);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toEqual([]);
  });

  it('says in the modal that nobody fits, or that the user was deleted', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update Zebedee');
    await untilToldInForm(nora, 'No user matches Zebedee');
    await nora.close();
    await client.putFastlyUsers([{ ...ENGINEER, deleted_at: '2026-01-02T03:04:05Z' }]);
    await nora.command(`update ${ENGINEER.id}`);
    await untilToldInForm(nora, "was deleted, so it can't be updated.");
  });

  it('says at the picker that Fastly does not know the user any more', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update');
    await nora.until(pickForm, 'the picker');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await client.removeFastlyUser(ENGINEER.id);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    const errors = await nora.until((sees) => pickForm(sees)?.errors['user-picker'], 'the error');
    expect(errors).toContain('Fastly has no such user');
  });

  it.each([
    {
      requiredFor: 'delete,promote,demote',
      says: 'a user a Fastly superuser, or no longer one, needs',
    },
    { requiredFor: 'promote', says: 'Making a user a Fastly superuser needs approval' },
    { requiredFor: 'demote', says: 'Demoting or locking a Fastly superuser needs approval' },
    { requiredFor: 'none', says: null },
  ])('says what waits for approval where $requiredFor does', async ({ requiredFor, says }) => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: requiredFor });
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    const words = wordsOf((await untilEditForm(nora)).blocks);
    if (says === null) expect(words).not.toContain('approval');
    else expect(words).toContain(says);
  });

  it('asks for approval where that is needed, and closes', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit({ role: 'superuser', name: 'Edda Sommer', reason: 'Joins us' });
    const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    const sees = await nora.sees();
    expect(sees.modals).toEqual([]);
    expect(request.words(sees)).toContain(
      '*Name* Edda Morton → Edda Sommer *Role* engineer → Fastly superuser',
    );
    expect(await updates(client)).toEqual([]);
  });
});

describe('update where it is switched off', () => {
  it('refuses words, has no button on cards, and answers an old one', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`);
    const old = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    await startAnother(workplace, { ...database, DISABLED_COMMANDS: 'update' });
    await nora.click({ channel: CDN_TEAM.id, ts: old.ts, actionId: 'update.button' });
    await untilTold(nora, 'This no longer works');
    await nora.command(`update ${ENGINEER.id} --role billing`);
    await untilTold(nora, 'update is disabled in this workspace');
    await nora.command(`get ${LIMITED_ENGINEER.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, LIMITED_ENGINEER.login), 'the card');
    const ids = elementsOf(card.blocks).map(({ action_id }) => action_id);
    expect(ids).toEqual(['lock.button', 'reset.button', 'tokens.button', 'delete.button']);
    expect((await nora.sees()).modals).toEqual([]);
    expect(await updates(client)).toEqual([]);
  });
});
