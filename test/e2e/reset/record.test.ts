import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { auditEntries, databaseInFile, startAnother, untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messagesIn, messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** How many password resets reached Fastly. */
async function resets({ client }: Workplace): Promise<number> {
  return (await client.fastlyCalls()).filter(({ path }) => path.endsWith('/request_reset')).length;
}

/** Has PostgreSQL refuse the database to everyone, who is connected included; or take connections again. */
async function letConnect(databaseUrl: string, allowed: boolean): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(`alter database ${name} with allow_connections ${allowed}`);
    if (!allowed) {
      // A connection that was being made at that moment shows a little later.
      let ended: number | null;
      do {
        const terminate = 'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1';
        ended = (await client.query(terminate, [name])).rowCount;
      } while (ended !== 0);
    }
  } finally {
    await client.end();
  }
}

describe('the audit log', () => {
  it.each<{ end: string; when: string; faults: Partial<FastlyFaults> }>([
    { end: 'done', when: 'Fastly sends the e-mail', faults: {} },
    {
      end: 'failed',
      when: 'Fastly refuses',
      faults: { fail: { match: 'POST /user/', status: 403, body: '{"msg":"Access denied"}', times: 1 } },
    },
    {
      end: 'unknown',
      when: "Fastly's answer is lost",
      faults: { drop: { match: 'POST /user/', when: 'after', times: 1 } },
    },
  ])('has a reset as begun and $end when $when', async ({ end, faults }) => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, database);
    const nora = client.as(NORA);
    await client.fastlyFaults(faults);
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the answer');
    const entry = {
      actor: NORA.id,
      change: 'reset',
      target: ENGINEER.id,
      details: expect.objectContaining({ login: ENGINEER.login, name: ENGINEER.name }),
    };
    expect(await auditEntries(database)).toEqual([
      { ...entry, event: 'begun' },
      { ...entry, event: end },
    ]);
  });

  it('has no reset that was refused before it began', async () => {
    const database = await databaseInFile();
    const { client } = await startWorkplace(DELIVERY, database);
    const nora = client.as(NORA);
    await client.patchFastlyAccount({ can_reset_passwords: false });
    await nora.command(`reset ${ENGINEER.id}`);
    await untilTold(nora, "doesn't allow password resets");
    expect(await auditEntries(database)).toEqual([]);
  });
});

describe('a reset', () => {
  it.each(['words', 'the form'])(
    'from %s is one e-mail also when the delivery comes again after a restart',
    async (how) => {
      const database = await databaseInFile();
      const workplace = await startWorkplace(DELIVERY, database);
      const { client } = workplace;
      const nora = client.as(NORA);
      if (how === 'words') await nora.command(`reset ${ENGINEER.id}`);
      else {
        await nora.command('reset');
        await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
        await nora.typeAhead('user-picker', ENGINEER.login);
        await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
      }
      await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the confirmation');
      const delivery = (await client.deliveries()).at(-1)?.id ?? '';
      const another = await startAnother(workplace, database);
      await client.redeliver(delivery);
      expect(await another.log.until('refused')).toMatchObject({
        why: 'This was already done.',
      });
      expect(await resets(workplace)).toBe(1);
      expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(1);
    },
  );

  it('is not made while the database is away, the caller is told, and it works afterwards', async () => {
    const databaseUrl = await newDatabase();
    const workplace = await startWorkplace(DELIVERY, { DATABASE_URL: databaseUrl });
    const { client } = workplace;
    const nora = client.as(NORA);
    await letConnect(databaseUrl, false);
    await nora.command(`reset ${ENGINEER.id}`);
    await untilTold(nora, "The bot can't reach its database. Nothing was done.");
    expect(await resets(workplace)).toBe(0);
    await letConnect(databaseUrl, true);
    await nora.command(`reset ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the confirmation');
    expect(await resets(workplace)).toBe(1);
  });

  it('is not made from the form either while the database is away', async () => {
    const databaseUrl = await newDatabase();
    const workplace = await startWorkplace(DELIVERY, { DATABASE_URL: databaseUrl });
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await letConnect(databaseUrl, false);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until(
      (sees) => JSON.stringify(sees.modals[0]).includes("The bot can't reach its database"),
      'the error',
    );
    expect(await resets(workplace)).toBe(0);
  });
});
