import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import { LOCKED_SUPERUSER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { askForUpdate, inFastly, updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const USER = THIRD_SUPERUSER;
const WHO = 'Celeste Varga ( celeste.varga@example.com )';

describe('a request to demote', () => {
  it('shows every field, and has exactly that done once another superuser approves', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const flags = '--role engineer --limit-services yes --name "Celeste V." --reason "Moves on"';
    const request = await askForUpdate(client, NORA, USER, flags);
    const sees = await tomas.sees();
    for (const shown of [
      'Demote Celeste Varga from Fastly superuser?',
      `Requested by <@${NORA.id}> . Reason: Moves on`,
      '*Name* Celeste Varga → Celeste V. *Role* Fastly superuser → engineer *Limited services* no → yes',
    ]) {
      expect(request.words(sees)).toContain(shown);
    }
    expect(request.buttons(sees)).toEqual(['approve', 'deny', 'cancel']);
    const form = wordsOf((await request.form(tomas, 'approve')).blocks);
    expect(form).toContain(`${WHO} will no longer be a Fastly superuser.`);
    expect(form).toContain('Role Fastly superuser → engineer and Limited services no → yes');
    await tomas.submit();
    const words = await request.until(tomas, '✅ Demoted from Fastly superuser');
    expect(words).toContain('Celeste Varga was demoted from Fastly superuser');
    const sent = { name: 'Celeste V.', role: 'engineer', limit_services: 'true' };
    expect(await updates(client)).toEqual([updateOf(USER, sent)]);
    await untilTold(nora, `⬇️ ${WHO} was demoted from Fastly superuser.`, 'direct');
    const copy = await nora.until((now) => messageWith(now, AUDIT_TRAIL, 'was demoted'), 'the confirmation');
    expect(wordsOf(copy.blocks)).toContain('Role Fastly superuser → engineer and Limited services no → yes');
  });

  it('is a request to lock where that is what is asked for', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForUpdate(client, NORA, USER, '--locked yes --require-new-password yes');
    const sees = await tomas.sees();
    for (const shown of [
      'Lock Celeste Varga?',
      `Requested by <@${NORA.id}>`,
      '*Locked* no → yes *Password change required* not set → yes',
    ]) {
      expect(request.words(sees)).toContain(shown);
    }
    const form = wordsOf((await request.form(tomas, 'approve')).blocks);
    expect(form).toContain(`${WHO}, a Fastly superuser, will be locked. The lock can be undone.`);
    expect(form).toContain('Locked no → yes and Password change required not set → yes');
    await tomas.submit();
    await request.until(nora, '✅ Locked');
    await request.untilInThread(nora, `🔒 ${WHO} was locked.`);
    expect(await updates(client)).toEqual([updateOf(USER, { locked: 'true', require_new_password: 'true' })]);
  });
});

describe('a request to demote', () => {
  it('is made for a locked Fastly superuser, too, and unlocks them where that is asked for', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, LOCKED_SUPERUSER, '--role billing --locked no');
    expect(request.words(await client.as(TOMAS).sees())).toContain(
      '*Role* Fastly superuser → billing *Locked* yes → no',
    );
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Demoted');
    expect(await inFastly(client, LOCKED_SUPERUSER)).toMatchObject({ role: 'billing', locked: false });
  });

  it.each([
    { flags: '--role user', not: "wasn't demoted from Fastly" },
    { flags: '--locked yes', not: "wasn't locked" },
  ])('can be denied ($flags)', async ({ flags, not }) => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, USER, flags);
    await request.take(client.as(TOMAS), 'deny');
    expect(await request.until(client.as(NORA), 'denied the request')).toContain(not);
    expect(await untilTold(client.as(NORA), 'denied the request', 'direct')).toContain(not);
    expect(await updates(client)).toEqual([]);
  });

  it('is carried out at once where demotions wait for nobody, from the form as well', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: 'delete,promote' });
    const nora = client.as(NORA);
    await nora.command(`update ${USER.id} --role superuser`);
    await untilTold(nora, 'already has these settings');
    await nora.command(`update ${USER.id}`);
    await nora.until((sees) => sees.modals[0]?.callbackId === 'update.form', 'the form');
    await nora.submit({ switches: ['locked'] });
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, '✅ Locked'), 'the end');
    expect(await updates(client)).toEqual([updateOf(USER, { locked: 'true' })]);
  });

  it('can be asked for where other superusers see it only', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${USER.id} --role user --private`);
    await untilTold(nora, "Approvers can't see a private request. Leave --private out");
    expect(await updates(client)).toEqual([]);
  });

  it('may be about oneself, and is decided by another one all the same', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const user = { id: 'ijZnCHXyaqZhiI2ld4MG6a' };
    const request = await askForUpdate(client, TOMAS, user, '--role user');
    await request.click(tomas, 'approve');
    await untilTold(tomas, 'This request is about you');
    await request.take(nora, 'approve');
    await request.until(nora, '✅ Demoted');
  });
});

describe('an approved demotion', () => {
  it.each<{ what: string; flags: string; now: JsonObject; why: string }>([
    {
      what: 'role',
      flags: '--role user',
      now: { role: 'billing' },
      why: 'was Fastly superuser and is now billing',
    },
    { what: 'lock', flags: '--role user', now: { locked: true }, why: 'was not locked and is now locked' },
    { what: 'lock', flags: '--locked yes', now: { locked: true }, why: 'was not locked and is now locked' },
    { what: 'limit', flags: '--locked yes', now: { limit_services: true }, why: 'Limited services was no' },
  ])("is not made ($flags) when the user's $what changed meanwhile", async ({ flags, now, why }) => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, USER, flags);
    await client.putFastlyUsers([{ ...USER, ...now }]);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(client.as(NORA), '⛔')).toContain(why);
    expect(await updates(client)).toEqual([]);
  });

  it('is found done when the answer is lost', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, USER, '--locked yes');
    await client.fastlyFaults({ drop: { match: 'PUT', when: 'after', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await untilTold(client.as(NORA), "was locked. Fastly's first reply was lost.", 'direct');
    expect(await updates(client)).toHaveLength(1);
  });
});
