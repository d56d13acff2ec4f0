import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, LIMITED_ENGINEER, OWNER } from '../../sandbox/fastly/people.ts';
import { editForm, filledIn, inFastly, untilEditForm, updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const working = ({ modals }: Sees) => modals.some(({ blocks }) => wordsOf(blocks).includes('Working on it'));

/** The form once it says `words` on top, or at a field. */
const formThatSays = (words: string) => (sees: Sees) => {
  const form = editForm(sees);
  return form && (wordsOf(form.blocks) + JSON.stringify(form.errors)).includes(words) ? form : undefined;
};

describe('a user who was changed while the form was open', () => {
  it('is not overwritten, and can be saved after another look', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await client.putFastlyUsers([{ ...ENGINEER, role: 'billing', require_new_password: true }]);
    await nora.submit({ name: 'Edda Sommer', switches: ['locked'], reason: 'On leave' });
    const again = await nora.until(formThatSays('has changed in the meantime'), 'the form again');
    expect(wordsOf(again.blocks)).toContain(
      "Role engineer → billing and Password change required not set → yes. Your changes weren't applied.",
    );
    expect(filledIn(again)).toEqual({
      name: 'Edda Sommer',
      role: 'billing',
      switches: ['locked', 'require_new_password'],
      reason: 'On leave',
    });
    expect(await updates(client)).toEqual([]);
    await nora.submit();
    const told = await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    expect(wordsOf(told.blocks)).toContain('Reason: On leave');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { name: 'Edda Sommer', locked: 'true' })]);
  });
});

describe('a user who has another login than the form showed', () => {
  const renamed = { ...ENGINEER, login: 'somebody.else@example.com' };

  it('is shown again with what was filled in, and can be saved then', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await client.putFastlyUsers([renamed]);
    await nora.submit({ role: 'billing', reason: 'On leave' });
    const again = await nora.until(formThatSays('This user has another login now.'), 'the form again');
    expect(wordsOf(again.blocks)).toContain(renamed.login);
    expect(filledIn(again)).toMatchObject({ role: 'billing', reason: 'On leave' });
    expect(await updates(client)).toEqual([]);
    await nora.submit();
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
  });

  it('is shown so in the form that follows a choice', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('update morton');
    await nora.until(({ modals }) => modals[0]?.callbackId === 'update.pick', 'the choice');
    await client.putFastlyUsers([renamed]);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    const form = await nora.until(formThatSays('This user has another login now.'), 'the form');
    expect(wordsOf(form.blocks)).toContain(renamed.login);
  });
});

describe('a user who was changed while the form was open', () => {
  it('is shown again as often as that happens, and what is wrong is said at the fields then, too', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${LIMITED_ENGINEER.id}`);
    await untilEditForm(nora);
    await client.putFastlyUsers([{ ...LIMITED_ENGINEER, name: 'Silas Reed' }]);
    await nora.submit({ role: 'billing' });
    await nora.until(formThatSays('Name Silas Morton → Silas Reed'), 'the form again');
    await client.putFastlyUsers([{ ...LIMITED_ENGINEER, name: 'Silas Rook' }]);
    await nora.submit();
    const third = await nora.until(formThatSays('Name Silas Reed → Silas Rook'), 'the form once more');
    expect(filledIn(third)).toMatchObject({ name: 'Silas Rook', role: 'billing' });
    await nora.submit({ role: 'engineer' });
    await nora.until(formThatSays('already has these settings'), 'nothing to change');
    await nora.submit({ role: 'user' });
    await nora.until(formThatSays('not allowed to be service limited'), "Fastly's refusal");
    await nora.submit({ name: null });
    await nora.until(formThatSays("The name can't be empty"), 'the empty name');
    await nora.submit({ name: 'Silas Roe', role: 'billing' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Name Silas Rook → Silas Roe'), 'the change');
    expect((await nora.sees()).modals).toEqual([]);
  });

  it('is no matter when what changed is nothing that can be edited, or from not set to no', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    const changed = { require_new_password: false, two_factor_auth_enabled: false };
    await client.putFastlyUsers([{ ...ENGINEER, ...changed, last_active_at: '2026-01-02T03:04:05Z' }]);
    await nora.submit({ role: 'billing' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
  });

  it('is told as deleted, in the form, when that is what happened', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await client.putFastlyUsers([{ ...ENGINEER, deleted_at: '2026-01-02T03:04:05Z' }]);
    await nora.submit({ role: 'billing' });
    await nora.until(formThatSays('Nothing was changed'), 'the refusal');
    await client.removeFastlyUser(ENGINEER.id);
    await nora.submit();
    await nora.until(formThatSays('Fastly has no such user'), 'the other refusal');
    expect(await updates(client)).toEqual([]);
  });
});

describe('where Fastly is slow to save', () => {
  it('says that it is at it, and then that it is done', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'PUT', milliseconds: SLOW_MILLISECONDS } });
    await nora.submit({ role: 'billing' });
    await nora.until(working, 'the working view');
    await nora.until(
      ({ modals }) => modals.some(({ blocks }) => wordsOf(blocks).includes('The result is in the channel')),
      'the end',
    );
    expect(messageWith(await nora.sees(), CDN_TEAM, 'Role engineer → billing')).toBeDefined();
    expect(await updates(client)).toHaveLength(1);
  });

  it('shows the form again with what was typed, and the refusal on top, and saves it then', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${LIMITED_ENGINEER.id}`);
    await untilEditForm(nora);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'PUT', milliseconds: SLOW_MILLISECONDS } });
    await nora.submit({ name: 'Silas Reed', role: 'user', reason: 'New job' });
    await nora.until(working, 'the working view');
    const again = await nora.until(formThatSays('not allowed to be service limited'), 'the form again');
    expect(filledIn(again)).toEqual({
      name: 'Silas Reed',
      role: 'user',
      switches: ['limit_services'],
      reason: 'New job',
    });
    await client.fastlyFaults({ delay: null });
    await nora.submit({ role: 'engineer' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Name Silas Morton → Silas Reed'), 'the change');
    expect((await inFastly(client, LIMITED_ENGINEER))?.name).toBe('Silas Reed');
  });

  it('shows what changed meanwhile also where that takes long to see', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await client.putFastlyUsers([{ ...ENGINEER, role: 'billing' }]);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'GET /user/', milliseconds: SLOW_MILLISECONDS } });
    await nora.submit({ name: 'Edda Sommer' });
    await nora.until(working, 'the working view');
    const again = await nora.until(formThatSays('Role engineer → billing'), 'the form again');
    expect(filledIn(again)).toMatchObject({ name: 'Edda Sommer', role: 'billing' });
  });

  it.each([
    { what: 'that it was refused', user: LIMITED_ENGINEER, says: 'not allowed to be service limited' },
    { what: 'what changed meanwhile', user: ENGINEER, says: 'has changed in the meantime' },
    { what: 'that it must not be', user: OWNER, says: 'This user owns the Fastly account' },
  ])('tells directly $what to who has closed the form', async ({ what, user, says }) => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${user.id}`);
    await untilEditForm(nora);
    if (what.includes('meanwhile')) await client.putFastlyUsers([{ ...user, name: 'Edda Sommer' }]);
    const match = user === LIMITED_ENGINEER ? 'PUT' : 'GET /user/';
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match, milliseconds: SLOW_MILLISECONDS } });
    await nora.submit({ role: 'user' });
    await nora.until(working, 'the working view');
    await nora.close();
    await untilTold(nora, says, 'direct');
    expect((await inFastly(client, user))?.role).toBe(user.role);
  });
});
