import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { auditEntries, databaseInFile, startAnother } from '../support/approving.ts';
import {
  openPasswordForm,
  PASSWORD_CALL,
  passwordCalls,
  passwordForm,
  submitPasswords,
  untilErrorAt,
} from '../support/changing-passwords.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

async function auditAsShown(who: ActingMember): Promise<string> {
  await who.command('audit');
  const shown = await who.until((sees) => messageWith(sees, CDN_TEAM, 'The latest changes'), 'the audit log');
  return wordsOf(shown.blocks);
}

/** What the database's files hold, the log of what is to be written into it among them. */
async function writtenIn({ DATABASE_URL }: { DATABASE_URL: string }): Promise<string> {
  const folder = dirname(DATABASE_URL.slice('file:'.length));
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  return Buffer.concat(files).toString('latin1');
}

describe('a change of a password', () => {
  it('is recorded by the login as Fastly writes it, and copied to CONFIRMATIONS_CHANNEL', async () => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, {
      ...database,
      CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
    });
    const nora = client.as(NORA);
    await openPasswordForm(nora);
    await submitPasswords(nora, { login: ` ${ENGINEER.login.toUpperCase()} ` });
    await nora.until((sees) => messageWith(sees, AUDIT_TRAIL, ENGINEER.login), 'the copy');
    const { id: target, login, name } = ENGINEER;
    const details = { login, name, reference: expect.any(String) };
    const entry = { actor: NORA.id, change: 'password', target, details };
    expect(await auditEntries(database)).toEqual([
      { ...entry, event: 'begun' },
      { ...entry, event: 'done' },
    ]);
    expect(await auditAsShown(nora)).toContain(`<@${NORA.id}> changed the password of ${name}`);
  });

  it.each([
    ['where this account has no such user', {}],
    [
      'where the users cannot be listed',
      { fail: { match: 'GET /customer/', status: 403, body: '{"msg":"Access denied"}', times: 99 } },
    ],
  ])('is recorded without the login that was typed %s', async (_where, faults) => {
    const database = await databaseInFile();
    const { client, log } = await startWorkplace(DELIVERY, database);
    const nora = client.as(NORA);
    await client.fastlyFaults(faults);
    await openPasswordForm(nora);
    await submitPasswords(nora, { login: 'Horse@battery.example' });
    await untilErrorAt(nora, 'current-password');
    const unknown = 'an unknown login';
    expect(await auditEntries(database)).toMatchObject(
      ['begun', 'failed'].map((event) => ({
        event,
        target: null,
        details: { login: unknown, name: unknown },
      })),
    );
    expect(await auditAsShown(nora)).toContain(`tried to change the password of ${unknown}`);
    expect(await writtenIn(database)).toContain(unknown);
    expect(await writtenIn(database)).not.toContain('Horse');
    expect(JSON.stringify(log.lines)).not.toContain('Horse');
  });

  it('whose answer is lost is unknown: the caller is told to try both passwords, and it is not sent again', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const nora = workplace.client.as(NORA);
    await openPasswordForm(nora);
    await workplace.client.fastlyFaults({ drop: { match: PASSWORD_CALL, when: 'after', times: 1 } });
    await submitPasswords(nora);
    expect(await untilErrorAt(nora, 'login')).toMatch(
      /may still have gone through\. Check which of the two passwords works/,
    );
    await submitPasswords(nora);
    await nora.until(
      (sees) => passwordForm(sees)?.errors.login?.includes('already submitted'),
      'the refusal',
    );
    expect(await untilErrorAt(nora, 'login')).toContain('Check which of the two passwords works');
    expect(await passwordCalls(workplace)).toHaveLength(1);
    expect((await auditEntries(database)).map(({ event }) => event)).toEqual(['begun', 'unknown']);
    expect(await auditAsShown(nora)).toContain("It's unclear whether it worked");
  });

  it('is one when its form is delivered twice, also after a restart', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client, log } = workplace;
    const nora = client.as(NORA);
    await openPasswordForm(nora);
    await submitPasswords(nora);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'changed the password'), 'the confirmation');
    const delivery = (await client.deliveries()).at(-1)?.id ?? '';
    await client.redeliver(delivery);
    await log.until('the same delivery once more is not carried out again');
    const another = await startAnother(workplace, database);
    await client.redeliver(delivery);
    expect(await another.log.until('refused')).toMatchObject({
      why: 'This was already done.',
    });
    expect(await passwordCalls(workplace)).toHaveLength(1);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(1);
  });
});
