import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, LOCKED_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForUpdate, updateOf, updates } from '../support/altering.ts';
import { askForDeletion, openRequests, takeInForm, untilTold } from '../support/approving.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const SUPERUSER = '--role superuser';
const PROMOTED = updateOf(ENGINEER, { role: 'superuser' });

describe('a request to promote', () => {
  it('shows every field, and has exactly that done once another superuser approves', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`get ${ENGINEER.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    const flags = `${SUPERUSER} --name "Edda Sommer" --limit-services yes --require-new-password no`;
    const request = await askForUpdate(client, NORA, ENGINEER, `${flags} --reason "Joins us"`);
    const sees = await tomas.sees();
    for (const shown of [
      'Promote Edda Morton to Fastly superuser?',
      `Requested by <@${NORA.id}> . Reason: Joins us`,
      '*Name* Edda Morton → Edda Sommer *Role* engineer → Fastly superuser *Limited services* no → yes *Lasts* without an end *Login* `edda.morton@example.com` *ID* `',
      'Needs 1 approval from',
    ]) {
      expect(request.words(sees)).toContain(shown);
    }
    expect(request.words(sees)).not.toContain('Password change required');
    expect(request.buttons(sees)).toEqual(['approve', 'deny', 'cancel']);
    expect(await updates(client)).toEqual([]);
    const form = wordsOf((await request.form(tomas, 'approve')).blocks);
    expect(form).toContain(
      'Edda Morton ( edda.morton@example.com ) will become a Fastly superuser, who can change and delete every user.',
    );
    expect(form).toContain('Role engineer → Fastly superuser without an end and Limited services no → yes');
    await tomas.submit();
    const words = await request.until(tomas, '✅ Promoted to Fastly superuser');
    expect(words).toContain('Edda Morton was promoted to Fastly superuser');
    expect(words).toContain(`Approved by <@${TOMAS.id}>`);
    const sent = { name: 'Edda Sommer', role: 'superuser', limit_services: 'true' };
    expect(await updates(client)).toEqual([updateOf(ENGINEER, sent)]);
    await untilTold(nora, '⭐ Edda Morton ( edda.morton@example.com ) was promoted', 'direct');
    const copy = await nora.until((now) => messageWith(now, AUDIT_TRAIL, 'was promoted'), 'the confirmation');
    expect(wordsOf(copy.blocks)).toContain(
      'Name Edda Morton → Edda Sommer, Role engineer → Fastly superuser without an end and Limited services no → yes',
    );
    await nora.command('get Sommer');
    await nora.until((now) => messageWith(now, CDN_TEAM, '⭐ Fastly superuser'), 'the card by the new name');
  });

  it('is carried out at once where promotions wait for nobody', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: 'delete' });
    await client.as(NORA).command(`update ${ENGINEER.id} ${SUPERUSER} --reason "Joins us"`);
    const done = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, '✅ Promoted'), 'the end');
    expect(wordsOf(done.blocks)).toContain('*Role* engineer → Fastly superuser');
    expect(wordsOf(done.blocks)).not.toContain('Approved by');
    expect(elementsOf(done.blocks)).toEqual([]);
    expect(await updates(client)).toEqual([PROMOTED]);
  });
});

describe('a request to unlock a Fastly superuser', () => {
  it('says so, and has that done', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForUpdate(client, NORA, LOCKED_SUPERUSER, '--locked no');
    const words = request.words(await tomas.sees());
    expect(words).toContain('Unlock Viktor Amsel?');
    expect(words).toContain('*Locked* yes → no');
    const form = wordsOf((await request.form(tomas, 'approve')).blocks);
    expect(form).toContain(
      'Viktor Amsel ( viktor.amsel@example.com ), a Fastly superuser, will be unlocked.',
    );
    await tomas.submit();
    await request.until(nora, '✅ Unlocked');
    await request.untilInThread(nora, '🔓 Viktor Amsel ( viktor.amsel@example.com ) was unlocked.');
    expect(await updates(client)).toEqual([updateOf(LOCKED_SUPERUSER, { locked: 'false' })]);
  });
});

describe('a request to promote', () => {
  it('can be denied, with the reason, and then nothing is done', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, ENGINEER, SUPERUSER);
    await request.take(client.as(TOMAS), 'deny', 'We are enough');
    expect(await request.until(client.as(NORA), 'denied the request')).toContain(
      "wasn't promoted to Fastly superuser",
    );
    const told = await untilTold(client.as(NORA), 'denied the request: We are enough', 'direct');
    expect(told).toContain("wasn't promoted to Fastly superuser");
    expect(await updates(client)).toEqual([]);
  });

  it('can be cancelled by the requester, and decided by nobody but another bot admin', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForUpdate(client, NORA, ENGINEER, SUPERUSER);
    await request.click(nora, 'approve');
    expect(await untilTold(nora, "You can't decide on your own request")).toContain(`<@${TOMAS.id}>`);
    await request.click(tomas, 'cancel');
    await untilTold(tomas, `Only <@${NORA.id}> can cancel this request`);
    await request.take(nora, 'cancel');
    await request.until(nora, 'cancelled the request');
    await request.untilInThread(nora, 'cancelled the request');
    expect(await updates(client)).toEqual([]);
  });

  it('expires, and says so', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    const request = await askForUpdate(client, NORA, ENGINEER, SUPERUSER);
    await pass(7 * 24 * 3_600_000);
    await request.until(nora, 'The request expired');
    await untilTold(
      nora,
      "wasn't promoted to Fastly superuser. The request expired with 0 of 1 approvals.",
      'direct',
    );
    expect(await updates(client)).toEqual([]);
  });

  it('is the only open one about a user, whatever else is asked for', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForUpdate(client, NORA, ENGINEER, SUPERUSER);
    await tomas.command(`delete ${ENGINEER.id}`);
    const told = await untilTold(tomas, 'wants to promote Edda Morton');
    expect(told).toContain(`to Fastly superuser ( request ${request.id}`);
    expect(openRequests(await tomas.sees(), CDN_TEAM, ENGINEER)).toHaveLength(1);
    await request.take(client.as(NORA), 'cancel');
    await request.until(tomas, 'cancelled the request');
    await askForDeletion(client, TOMAS, ENGINEER);
    await client.as(NORA).command(`update ${ENGINEER.id} ${SUPERUSER}`);
    await untilTold(client.as(NORA), 'wants to delete Edda Morton');
  });

  it('is listed with what it would set, and its steps are in the audit log', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await askForUpdate(client, NORA, ENGINEER, `${SUPERUSER} --name "Edda Sommer" --reason "Joins us"`);
    await tomas.command('approvals');
    const list = await tomas.until((sees) => messageWith(sees, CDN_TEAM, 'One request is open'), 'the list');
    expect(wordsOf(list.blocks)).toContain(
      'Name Edda Morton → Edda Sommer and Role engineer → Fastly superuser',
    );
    const click = () => tomas.click({ channel: CDN_TEAM.id, ts: list.ts, actionId: 'approvals.approve' });
    await takeInForm(tomas, 'approve', click);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '✅ Promoted'), 'the end');
    await nora.command(`audit ${ENGINEER.id}`);
    const audit = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'approved the request'), 'the log');
    expect(wordsOf(audit.blocks)).toMatch(
      /⭐ Edda Morton .* was promoted to Fastly superuser.*approved the request to promote Edda Morton .* to Fastly superuser.*asked to promote Edda Morton .* to Fastly superuser: Joins us/,
    );
  });
});
