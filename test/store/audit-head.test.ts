import { expect, it } from 'vitest';
import { headText, parseHead } from '../../src/ids.ts';
import { createLogger } from '../../src/observability/log.ts';
import { AuditHeads } from '../../src/store/audit-head.ts';
import type { Store } from '../../src/store/store.ts';
import { letTimePass, onBothDatabases } from './both-databases.ts';

const HOUR = 3_600_000;
const ENTRY = { actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} };

/** The heads that one process logs, whatever its log level is. */
function startHeads(store: Store) {
  const logged: unknown[] = [];
  const write = (text: string) => logged.push(JSON.parse(text).head);
  const heads = new AuditHeads(store, createLogger('error', { write }), HOUR);
  const look = async () => {
    if (await heads.due()) await heads.logWhenDue();
  };
  return { heads, logged, look };
}

onBothDatabases('the head of the audit log', (database) => {
  it('is logged by each process at its start, and every hour by one of them', async () => {
    const { store, other } = await database.open();
    const [one, two] = [startHeads(store), startHeads(other)];
    await one.look();
    await two.look();
    expect([...one.logged, ...two.logged]).toEqual([null, null]);
    await store.transaction((transaction) => transaction.audit(ENTRY));
    for (const hours of [0, 1, 2]) {
      await Promise.all([one.look(), two.look()]);
      await Promise.all([one.look(), two.look()]);
      expect(one.logged.length + two.logged.length).toBe(2 + hours);
      await letTimePass(store, HOUR + 1);
    }
    const [row] = await store.read((tables) => tables.selectFrom('audit_log').selectAll().execute());
    expect([...one.logged, ...two.logged]).toContain(`1:${row?.hash}`);
  });
});

it('a head is read as it is written', () => {
  const head = { seq: 412, hash: 'a1'.repeat(32) };
  expect(parseHead(headText(head))).toEqual(head);
  const wrong = ['', '412', `0:${head.hash}`, `412:${head.hash}0`, `-1:${head.hash}`, `412:${head.hash} `];
  for (const text of wrong) expect(parseHead(text)).toBeNull();
});
