import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER, LOCKED_SUPERUSER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  deletions,
  startAnother,
  untilRefusedInForm,
} from '../support/approving.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const PATH = `/user/${ENGINEER.id}`;

/** The changes of users that reached Fastly, by path. */
async function updates({ client }: Workplace): Promise<string[]> {
  return (await client.fastlyCalls()).filter(({ method }) => method === 'PUT').map(({ path }) => path);
}

/** Whether Fastly has the user as locked. */
async function isLocked({ client }: Workplace): Promise<unknown> {
  return (await client.fastlyUsers()).find(({ id }) => id === ENGINEER.id)?.locked;
}

describe('Lock now', () => {
  it('locks the user at once, the request shows it, and the deletion still works', async () => {
    const workplace = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock');
    const words = await request.until(tomas, '*Locked* yes');
    expect(words).toContain('Needs 1 approval');
    expect(request.buttons(await tomas.sees())).toEqual(['approve', 'deny', 'cancel']);
    expect(await request.untilInThread(tomas, '🔒')).toEqual([
      expect.stringContaining(`<@${TOMAS.id}> locked ${ENGINEER.name}`),
    ]);
    await tomas.until(
      (sees) => messageWith(sees, AUDIT_TRAIL, `<@${TOMAS.id}> locked ${ENGINEER.name}`),
      'the confirmation',
    );
    expect(await updates(workplace)).toEqual([PATH]);
    expect(await isLocked(workplace)).toBe(true);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
    expect(await deletions(client)).toEqual([PATH]);
  });
});

describe('Lock now', () => {
  it('says in its form what locking does, and ends sessions where that is ticked', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    await client.putFastlyTokens([SESSION]);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const words = wordsOf((await request.form(tomas, 'lock')).blocks);
    expect(words).toContain("Fastly says only that a locked user can't be edited.");
    expect(words).toContain('1 browser session now');
    await tomas.submit({ steps: ['end-sessions'], reason: 'Lost laptop' });
    await tomas.until((sees) => messageWith(sees, CDN_TEAM, '✅ 1 browser session ended.'), 'what followed');
    await request.until(tomas, '*Locked* yes');
    await request.untilInThread(tomas, 'Lost laptop');
    expect((await client.fastlyTokens()).map(({ id }) => id)).not.toContain(SESSION.id);
    await request.take(tomas, 'approve');
    await request.until(tomas, '✅ Deleted');
  });

  it('is there for the requester as well', async () => {
    const workplace = await startWorkplace();
    const nora = workplace.client.as(NORA);
    const request = await askForDeletion(workplace.client, NORA, ENGINEER);
    await request.take(nora, 'lock');
    await request.untilInThread(nora, `<@${NORA.id}> locked`);
    expect(await isLocked(workplace)).toBe(true);
  });

  it('is refused for who may be a Fastly superuser', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyUsers([{ ...ENGINEER, roles: ['id1', 'id2'] }]);
    await request.take(client.as(TOMAS), 'lock');
    const words = 'may be a Fastly superuser. Locking one needs its own approval.';
    await untilRefusedInForm(client.as(TOMAS), words);
    expect(await updates(workplace)).toEqual([]);
  });

  it('is recorded in the audit log, as begun and done, and as a step of the request', async () => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, database);
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock');
    await request.until(tomas, '*Locked* yes');
    await expect.poll(async () => (await auditEntries(database)).length).toBe(4);
    const entries = await auditEntries(database);
    const summary = entries.map(({ change, event }) => `${change} ${event}`).sort();
    expect(summary).toEqual(['delete filed', 'delete locked', 'lock begun', 'lock done']);
    for (const { actor, details } of entries.filter(({ event }) => event !== 'filed')) {
      expect(actor).toBe(TOMAS.id);
      expect(details).toMatchObject({ login: ENGINEER.login, name: ENGINEER.name });
    }
    const begun = entries.find(({ event }) => event === 'begun');
    expect(begun).toMatchObject({ target: ENGINEER.id, details: { request: request.id } });
  });

  it('is one change to Fastly when the form is delivered twice, also after a restart', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client, log } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'lock');
    await request.until(tomas, '*Locked* yes');
    const delivery = (await client.deliveries()).at(-1)?.id ?? '';
    await client.redeliver(delivery);
    await log.until('the same delivery once more is not carried out again');
    // Whoever unlocked the user meanwhile is not overruled by an old form.
    await client.putFastlyUsers([ENGINEER]);
    const another = await startAnother(workplace, database);
    await client.redeliver(delivery);
    await another.log.until('refused');
    expect(await updates(workplace)).toEqual([PATH]);
    expect(await isLocked(workplace)).toBe(false);
  });

  it.each([
    { whom: 'a Fastly superuser, for whom that takes an approval', user: THIRD_SUPERUSER },
    { whom: 'who is locked already', user: LOCKED_SUPERUSER },
  ])('is not offered for $whom', async ({ user }) => {
    const { client } = await startWorkplace();
    const request = await askForDeletion(client, NORA, user);
    expect(request.buttons(await client.as(TOMAS).sees())).toEqual(['approve', 'deny', 'cancel']);
  });

  it.each([
    { was: 'locked', now: { locked: true }, why: 'is already locked' },
    {
      was: 'made a Fastly superuser',
      now: { role: 'superuser' },
      why: 'is a Fastly superuser. Locking one needs its own approval.',
    },
    {
      was: 'deleted',
      now: { deleted_at: '2026-01-02T03:04:05Z' },
      why: 'was already deleted',
    },
  ])('says so, and does nothing, when the user was $was in Fastly meanwhile', async ({ now, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyUsers([{ ...ENGINEER, ...now }]);
    await request.take(tomas, 'lock');
    await untilRefusedInForm(tomas, why);
    expect(await updates(workplace)).toEqual([]);
    expect(request.words(await tomas.sees())).toContain('Needs 1 approval');
  });

  it('says so, and does nothing, when the user has another login by then', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.form(tomas, 'lock');
    await client.putFastlyUsers([{ ...ENGINEER, login: 'somebody.else@example.com' }]);
    await tomas.submit();
    const told = await untilRefusedInForm(tomas, 'has another login now: somebody.else@example.com');
    expect(told).toContain('make a new request once this one is cancelled or denied');
    expect(await updates(workplace)).toEqual([]);
  });

  it('says so, and does nothing, when the user became the owner of the account', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.patchFastlyAccount({ owner_id: ENGINEER.id });
    await request.take(tomas, 'lock');
    expect(await untilRefusedInForm(tomas, `can't be locked`)).toContain('This user owns the Fastly account');
    expect(await updates(workplace)).toEqual([]);
  });

  it('looks when the answer is lost, and shows that the user is locked', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ drop: { match: 'PUT /user/', when: 'after', times: 1 } });
    await request.take(tomas, 'lock');
    await request.until(tomas, '*Locked* yes');
    await request.untilInThread(tomas, `<@${TOMAS.id}> locked`);
    expect(await updates(workplace)).toEqual([PATH]);
  });

  it.each<{ what: string; faults: Partial<FastlyFaults>; why: string }>([
    {
      what: 'Fastly does not allow it',
      faults: { fail: { match: 'PUT /user/', status: 403, body: '{"msg":"Access denied"}', times: 1 } },
      why: "doesn't allow",
    },
    {
      what: 'the call is lost',
      faults: { drop: { match: 'PUT /user/', when: 'before', times: 1 } },
      why: 'The connection to Fastly was lost',
    },
    {
      what: 'Fastly takes no more changes',
      faults: { rateLimitUsedUp: { reset: 4_102_444_800 } },
      why: 'rate limit is reached',
    },
  ])('is told to have failed, and can be clicked again, when $what', async ({ faults, why }) => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults(faults);
    await request.take(tomas, 'lock');
    await untilRefusedInForm(tomas, why);
    const sees = await tomas.sees();
    expect(request.words(sees)).toContain('*Locked* no');
    expect(request.buttons(sees)).toContain('lock');
    expect(await isLocked(workplace)).toBe(false);
    const recorded = (await auditEntries(database)).map(({ change, event }) => `${change} ${event}`);
    expect(recorded).toEqual(['delete filed', 'lock begun', 'lock failed']);
    await client.fastlyFaults({ rateLimitUsedUp: null });
    await request.take(tomas, 'lock');
    await request.until(tomas, '*Locked* yes');
  });
});
