import { expect, it } from 'vitest';
import { checkAuditChain } from '../../src/checks/audit-chain.ts';
import { Secret } from '../../src/config/secret.ts';
import type { DatabaseLocation } from '../../src/config/value-types.ts';
import { headOf } from '../../src/store/audit-log.ts';
import { onBothDatabases, type Place, run } from '../store/both-databases.ts';

const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };
const FOR_NOTHING = { ...ENTRY, change: 'restore', event: 'told' };

function locationOf({ url }: Place): DatabaseLocation {
  return url.startsWith('file:')
    ? { kind: 'sqlite', path: url.slice('file:'.length) }
    : { kind: 'postgres', url: new Secret(url) };
}

onBothDatabases('the check of the audit log', (database) => {
  it('finds a whole one, while a bot goes on', async () => {
    const place = await database.open();
    await place.store.transaction((transaction) => transaction.audit(FOR_NOTHING));
    expect(await checkAuditChain(locationOf(place))).toEqual([
      { mark: 'fine', what: 'The audit log is whole and agrees with the tables beside it (1 entry).' },
    ]);
  });

  it('finds a broken chain', async () => {
    const place = await database.open();
    for (let entry = 0; entry < 3; entry += 1) {
      await place.store.transaction((transaction) => transaction.audit(FOR_NOTHING));
    }
    await run(
      place.store,
      database.name === 'SQLite'
        ? 'drop trigger audit_log_no_delete'
        : 'drop trigger audit_log_append_only on audit_log',
      'delete from audit_log where seq = 2',
    );
    expect(await checkAuditChain(locationOf(place))).toEqual([
      {
        mark: 'wrong',
        what: 'The audit log is broken: entry 3: entry 2 is missing before it.',
        remedy: expect.stringContaining('npm run audit -- verify'),
      },
    ]);
  });

  it('finds a log that lacks the entry that was noted', async () => {
    const place = await database.open();
    const noted = { seq: 812, hash: 'f'.repeat(64) };
    const lacking = {
      mark: 'wrong',
      what: "The audit log lacks entry 812 as AUDIT_HEAD names it, so the bot won't start.",
      remedy: expect.stringContaining('npm run restored'),
    };
    expect(await checkAuditChain(locationOf(place), noted)).toEqual([expect.anything(), lacking]);
    await place.store.transaction((each) => each.audit(FOR_NOTHING));
    const head = await place.store.read(headOf);
    expect(await checkAuditChain(locationOf(place), head ?? noted)).toEqual([
      expect.objectContaining({ mark: 'fine' }),
    ]);
  });

  it('finds tables that say something else', async () => {
    const place = await database.open();
    await run(
      place.store,
      `insert into intents (delivery_key, change, caller, target, details, state, begun_at, due_at) values
        ('k', 'reset', 'U1', 't1', '{"target":{"id":"t1","login":"a@example.com","name":"A"},"reference":"R1"}', 'done', 1, null)`,
    );
    expect(await checkAuditChain(locationOf(place))).toMatchObject([
      {
        mark: 'wrong',
        what: expect.stringMatching(/^The audit log is broken: change R1 .* There are 1 more/),
      },
    ]);
  });

  it('is off before the first start, and unknown where the log cannot be read', async () => {
    const place = await database.newPlace();
    expect(await checkAuditChain(locationOf(place))).toMatchObject([{ mark: 'off' }]);
    const location: DatabaseLocation =
      database.name === 'SQLite'
        ? { kind: 'sqlite', path: '/dev/null/bot.db' }
        : { kind: 'postgres', url: new Secret('postgres://bot@127.0.0.1:1/bot') };
    const [found] = await checkAuditChain(location);
    expect(found?.mark).toBe(database.name === 'SQLite' ? 'off' : 'unknown');
  });
});
