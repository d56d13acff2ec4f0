import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, NEVER_ACTIVE, THIRD_SUPERUSER, TLS_ADMIN } from '../../sandbox/fastly/people.ts';
import { askForUpdate, inFastly, untilEditForm, updateOf, updates } from '../support/altering.ts';
import { answer, untilAsked } from '../support/answering.ts';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  openRequest,
  startAnother,
  takeInForm,
  untilTold,
} from '../support/approving.ts';
import { deliveryTo, startForgedSlack, superuser } from '../support/forged-delivery.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const UNDO = 'update.undo';

/** The message as it stands, with what its Undo button says; null where it has none. */
function seen(sees: Sees, { ts }: SeenMessage): { words: string; undo: string | null } {
  const message = messagesIn(sees, CDN_TEAM).find((each) => each.ts === ts);
  const button = elementsOf(message?.blocks).find(({ action_id }) => action_id === UNDO);
  return { words: wordsOf(message?.blocks), undo: button ? wordsOf(button).trim() : null };
}

function offersUndo({ blocks }: SeenMessage): boolean {
  return elementsOf(blocks).some(({ action_id }) => action_id === UNDO);
}

/** Types an update, and gives its confirmation. */
async function updated(who: ActingMember, words: string, confirmation: string): Promise<SeenMessage> {
  await who.command(`update ${words}`);
  return await who.until((sees) => messageWith(sees, CDN_TEAM, confirmation), 'the confirmation');
}

async function clickUndo(who: ActingMember, { ts }: SeenMessage): Promise<void> {
  await who.click({ channel: CDN_TEAM.id, ts, actionId: UNDO });
}

/** Waits until the message says these words, without a button to undo it. */
async function untilShown(who: ActingMember, message: SeenMessage, words: string): Promise<string> {
  return await who.until((sees) => {
    const now = seen(sees, message);
    return now.undo === null && now.words.includes(words) && now.words;
  }, `the message to say '${words}'`);
}

describe('Undo', () => {
  it('sets back all that an update set, for another bot admin, and the message shows who did', async () => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, { ...database, CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const made = await updated(
      nora,
      `${ENGINEER.id} --name "Edda Sommer" --role billing --locked yes --reason "On leave"`,
      'Locked no → yes',
    );
    expect(seen(await tomas.sees(), made).undo).toBe('Undo');
    const copy = await tomas.until((sees) => messageWith(sees, AUDIT_TRAIL, 'Locked no → yes'), 'the copy');
    expect(offersUndo(copy)).toBe(false);
    await clickUndo(tomas, made);
    const words = await untilShown(nora, made, `↩️ Undone by <@${TOMAS.id}>`);
    for (const still of [`<@${NORA.id}> updated`, 'Role engineer → billing', 'Reason: On leave']) {
      expect(words).toContain(still);
    }
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role billing → engineer'), 'the confirmation');
    await nora.until((sees) => messageWith(sees, AUDIT_TRAIL, 'Role billing → engineer'), 'its copy');
    const back = { name: ENGINEER.name, role: 'engineer', locked: 'false' };
    expect((await updates(client)).at(-1)).toEqual(updateOf(ENGINEER, back));
    const [change, undo] = (await auditEntries(database)).filter(({ event }) => event === 'done');
    expect(undo).toMatchObject({
      actor: TOMAS.id,
      details: { before: { role: 'billing' }, settings: { role: 'engineer' }, undoes: expect.any(String) },
    });
    expect(change?.details.undoes).toBeUndefined();
    await nora.command(`audit ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'to undo an earlier change'), 'the audit log');
  });

  it('is one change when two click at the same moment', async () => {
    const { client } = await startWorkplace();
    const both = [client.as(NORA), client.as(TOMAS)];
    const made = await updated(client.as(NORA), `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await Promise.all(both.map((who) => clickUndo(who, made)));
    await untilShown(client.as(NORA), made, '↩️ Undone by');
    await Promise.any(both.map((who) => untilTold(who, 'this change of Edda Morton')));
    expect(await updates(client)).toHaveLength(2);
  });

  it('tells whoever clicks second who undoes it', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await client.fastlyFaults({ hold: { match: 'PUT', when: 'after', times: 1 } });
    await clickUndo(nora, made);
    await client.untilHeld('fastly');
    await clickUndo(tomas, made);
    await untilTold(tomas, `<@${NORA.id}> is undoing this change of Edda Morton`);
    await client.fastlyFaults({ hold: null });
    await untilShown(tomas, made, `Undone by <@${NORA.id}>`);
    expect((await inFastly(client, ENGINEER))?.role).toBe('engineer');
  });

  it('of two changes of one user sets back the last one only, and that can be undone again', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    const last = await updated(nora, `${ENGINEER.id} --locked yes`, 'Locked no → yes');
    await clickUndo(tomas, first);
    await untilTold(tomas, 'was changed again since. Nothing was undone. Run /fastly-user update');
    await untilShown(nora, first, 'Role engineer → billing');
    await clickUndo(tomas, last);
    await untilShown(nora, last, `Undone by <@${TOMAS.id}>`);
    const undone = await nora.until((sees) => messageWith(sees, CDN_TEAM, '🔓'), 'the Undo');
    await clickUndo(nora, undone);
    await untilShown(nora, undone, `Undone by <@${NORA.id}>`);
    expect((await inFastly(client, ENGINEER))?.locked).toBe(true);
  });

  it('still works once the user was sent a password reset', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password reset'), 'the reset');
    await clickUndo(nora, made);
    await untilShown(nora, made, `Undone by <@${NORA.id}>`);
    expect((await inFastly(client, ENGINEER))?.role).toBe('engineer');
  });

  it('says what it does where the lock was not set, and is on what only the caller sees', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const made = await updated(nora, `${TLS_ADMIN.id} --locked yes --private`, 'Locked not set → yes');
    expect(made.ephemeral).toBe(true);
    expect(seen(await nora.sees(), made).undo).toBe('Unlock');
    await clickUndo(nora, made);
    await untilShown(nora, made, 'Undone by');
    expect((await updates(client)).at(-1)).toEqual(updateOf(TLS_ADMIN, { locked: 'false' }));
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('is on the confirmation of a form, and of an answered question', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id}`);
    await untilEditForm(nora);
    await nora.submit({ role: 'billing' });
    const byForm = await nora.until((sees) => messageWith(sees, CDN_TEAM, '→ billing'), 'the change');
    await clickUndo(nora, byForm);
    await untilShown(nora, byForm, 'Undone by');
    await nora.command('update Drummond --locked yes');
    await answer(nora, CDN_TEAM, NEVER_ACTIVE);
    const answered = await nora.until((sees) => messageWith(sees, CDN_TEAM, '→ yes'), 'the change');
    await clickUndo(nora, answered);
    await untilShown(nora, answered, 'Undone by');
  });

  it('is not offered where the old value cannot be set, or the new one was not taken', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${TLS_ADMIN.id} --role billing`);
    await answer(nora, CDN_TEAM, TLS_ADMIN);
    const made = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role tls_admin →'), 'the change');
    expect(offersUndo(made)).toBe(false);
    const body = JSON.stringify(ENGINEER);
    await client.fastlyFaults({ fail: { match: 'PUT', status: 200, body, times: 1 } });
    const ignored = await updated(nora, `${ENGINEER.id} --role user`, 'Fastly accepted');
    expect(offersUndo(ignored)).toBe(false);
  });
});

describe('Undo', () => {
  it('is refused when the user has another value or another login by now', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'user' }]);
    await clickUndo(nora, made);
    await untilTold(nora, 'has changed in the meantime: Role billing → user. Nothing was undone.');
    await untilShown(nora, made, 'Role engineer → billing');
    const locked = await updated(nora, `${ENGINEER.id} --locked yes`, 'Locked no → yes');
    await client.putFastlyUsers([{ ...ENGINEER, locked: true, login: 'someone.else@example.com' }]);
    await clickUndo(nora, locked);
    await untilTold(nora, 'has another login now: someone.else@example.com');
    expect(await updates(client)).toHaveLength(2);
  });

  it('is refused after 24 hours, by the clock of the database, also by a bot that was started since', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const nora = workplace.client.as(NORA);
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await workplace.stop();
    const file = new DatabaseSync(database.DATABASE_URL.slice('file:'.length));
    file.exec(`update intents set begun_at = begun_at - ${24 * 60 * 60 * 1_000}`);
    file.close();
    const { client } = await startAnother(workplace, database);
    await clickUndo(nora, made);
    await untilTold(nora, 'was made more than 24 hours ago. Nothing was undone.');
    await untilShown(nora, made, 'Role engineer → billing');
    expect(await updates(client)).toHaveLength(1);
  });

  it('looks again right before it is made', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await client.fastlyFaults({ hold: { match: 'GET /user/', when: 'before', times: 1 } });
    await clickUndo(nora, made);
    await client.untilHeld('fastly');
    await updated(client.as(TOMAS), `${ENGINEER.id} --name Edda`, 'Name Edda Morton → Edda');
    await client.fastlyFaults({ hold: null });
    await untilTold(nora, 'was changed again since. Nothing was undone.');
    expect(await updates(client)).toHaveLength(2);
  });

  it('files a request where the update needs one, and the message says so', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const made = await updated(nora, `${ENGINEER.id} --locked yes`, 'Locked no → yes');
    await client.putFastlyUsers([{ ...ENGINEER, locked: true, role: 'superuser' }]);
    await clickUndo(nora, made);
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    await untilShown(nora, made, `<@${NORA.id}> asked to undo this, in an approval request.`);
    expect(await updates(client)).toHaveLength(1);
    await request.take(tomas, 'approve');
    await request.until(nora, '✅ Unlocked');
  });

  it('asks first where a role may be lost that the bot cannot give back', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const made = await updated(nora, `${ENGINEER.id} --role billing`, 'Role engineer → billing');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'billing', roles: ['billing', 'tls_viewer'] }]);
    await clickUndo(nora, made);
    expect(wordsOf((await untilAsked(nora, CDN_TEAM)).blocks)).toContain('may take tls_viewer away');
    expect(await updates(client)).toHaveLength(1);
    await answer(nora, CDN_TEAM, ENGINEER);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role billing → engineer'), 'the Undo');
    await untilShown(nora, made, `Undone by <@${NORA.id}>`);
    expect(await updates(client)).toHaveLength(2);
  });

  it('unlocks whom Lock now has locked, once the deletion was denied', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock');
    const locked = await nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).find((each) => each.threadTs === request.ts && offersUndo(each)),
      'the reply in the thread',
    );
    await clickUndo(nora, locked);
    await untilTold(nora, 'Decide or cancel it first. Nothing was changed.');
    expect(seen(await nora.sees(), locked).undo).toBe('Unlock');
    await request.take(tomas, 'deny');
    await request.until(nora, 'denied the request');
    await clickUndo(nora, locked);
    expect(await untilShown(tomas, locked, `Undone by <@${NORA.id}>`)).toContain(`🔒 <@${TOMAS.id}> locked`);
    expect((await inFastly(client, ENGINEER))?.locked).toBe(false);
  });

  it('is on what only the caller is told, where they locked from their list of requests', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await askForDeletion(client, NORA, ENGINEER);
    await tomas.command('approvals');
    const list = await tomas.until(
      (sees) => messagesIn(sees, CDN_TEAM).find(({ ephemeral }) => ephemeral),
      'the list',
    );
    await takeInForm(tomas, 'lock', () =>
      tomas.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.lock' }),
    );
    const told = await tomas.until(
      (sees) => messagesIn(sees, CDN_TEAM).find((each) => each.ephemeral && offersUndo(each)),
      'being told privately',
    );
    expect(wordsOf(told.blocks)).toContain(`<@${TOMAS.id}> locked Edda Morton`);
  });

  it('of a demotion asks for a promotion, and a promotion has none', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForUpdate(client, NORA, THIRD_SUPERUSER, '--role user');
    await request.take(tomas, 'approve');
    const demoted = await nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).find((each) => each.threadTs === request.ts && offersUndo(each)),
      'the reply in the thread',
    );
    const words = seen(await nora.sees(), demoted).words.replace(/ Undo\b.*/, '');
    await clickUndo(tomas, demoted);
    const promotion = await nora.until(
      (sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER),
      'the request to promote',
    );
    expect(
      await untilShown(nora, demoted, `<@${TOMAS.id}> asked to undo this, in an approval request.`),
    ).toContain(words.trim());
    await promotion.take(nora, 'approve');
    await promotion.untilInThread(tomas, 'was promoted');
    expect((await inFastly(client, THIRD_SUPERUSER))?.role).toBe('superuser');
    expect(messagesIn(await tomas.sees(), CDN_TEAM).some(offersUndo)).toBe(false);
  });

  it('is not offered where update is switched off', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'update' });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock');
    await request.untilInThread(nora, '🔒');
    expect(messagesIn(await nora.sees(), CDN_TEAM).some(offersUndo)).toBe(false);
  });

  it('of a change that the store does not know does nothing', async () => {
    const slack = await startForgedSlack(DELIVERY);
    for (const change of ['123.456.abc', 'undo 123.456.abc']) {
      const action = {
        type: 'button',
        action_id: UNDO,
        block_id: 'b',
        value: JSON.stringify({ change, private: false }),
      };
      await slack.deliver(
        deliveryTo({ kind: 'click', id: UNDO }, superuser, slack.responseUrl, { actions: [action] }),
      );
      expect(await slack.nextResponse()).toMatchObject({
        text: expect.stringContaining('This button no longer works'),
      });
    }
    expect(await slack.client.fastlyCalls()).toEqual([]);
  });
});
