import { expect, it } from 'vitest';
import { AuditPages, type AuditSubject } from '../../src/store/audit-page.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, run } from './both-databases.ts';

type Entry = { change?: string; event?: string; target?: string | null; details: object };

const EDDA = { login: 'Edda@example.com', name: 'Edda "Ed" O\'Brien 100%_\\' };
const RENAMED = { name: 'Edda Morton' };

async function storeWith(store: Store, entries: readonly Entry[]): Promise<AuditPages> {
  await store.transaction(async (transaction) => {
    for (const { change = 'update', event = 'done', target = 'edda1', details } of entries) {
      await transaction.audit({ actor: 'U0NORA001', change, event, target, details });
    }
  });
  return new AuditPages(store);
}

async function found(
  pages: AuditPages,
  subject: AuditSubject | null,
  { before = null, limit = 16 }: { before?: number | null; limit?: number } = {},
): Promise<number[]> {
  return (await pages.latest({ subject, before, limit })).map(({ seq }) => seq);
}

onBothDatabases('a page of the audit log', (database) => {
  it('is about whom the typed id, login or name means, whole and letter case aside', async () => {
    const { store } = await database.open();
    const pages = await storeWith(store, [
      { details: EDDA },
      { target: 'ada1', details: { login: 'x.edda@example.com', name: 'Edda' } },
    ]);
    for (const typed of ['edda1', 'edda@EXAMPLE.com', EDDA.login, EDDA.name, EDDA.name.toUpperCase()]) {
      expect(await found(pages, { typed }), typed).toEqual([1]);
    }
    for (const typed of ['EDDA1', 'example.com', 'edda@example.co', 'edda@example.com ', '%', '']) {
      expect(await found(pages, { typed }), typed).toEqual([]);
    }
  });

  it('finds a user by an old and a new name, with the entry that gave it', async () => {
    const { store } = await database.open();
    const action = { kind: 'promote', target: { id: 'edda1', ...EDDA }, before: EDDA, changes: RENAMED };
    const pages = await storeWith(store, [
      { details: { ...EDDA, settings: { name: 'Edda Early', role: 'user' }, before: { name: EDDA.name } } },
      { change: 'promote', event: 'filed', details: { ...EDDA, action: { ...action, changes: RENAMED } } },
      { details: { ...EDDA, ...RENAMED } },
      { details: { ...EDDA, settings: { role: 'user' }, before: RENAMED } },
    ]);
    expect(await found(pages, { typed: 'edda early' })).toEqual([1]);
    expect(await found(pages, { typed: EDDA.name })).toEqual([4, 2, 1]);
    expect(await found(pages, { typed: RENAMED.name })).toEqual([3, 2]);
  });

  it('takes no words inside of others for a name', async () => {
    const { store } = await database.open();
    const reason = 'so that {"settings":{"name":"Ada"}} and "name":"Ada" and "login":"Ada" do not count';
    const pages = await storeWith(store, [{ details: { login: reason, name: reason, reason } }]);
    expect(await found(pages, { typed: 'Ada' })).toEqual([]);
    expect(await found(pages, { typed: reason })).toEqual([1]);
  });

  it('is about a user by id, and by login where there was no id yet', async () => {
    const { store } = await database.open();
    const pages = await storeWith(store, [
      { change: 'create', target: null, details: EDDA },
      { details: EDDA },
      { target: 'edda2', details: EDDA },
      { change: 'create', target: null, details: { ...EDDA, login: 'ada@example.com' } },
      { details: { login: 'new@example.com', name: 'New' } },
    ]);
    expect(await found(pages, { id: 'edda1', login: 'edda@example.com' })).toEqual([5, 2, 1]);
  });

  it('has each entry once, newest first, and goes on where it ended', async () => {
    const { store } = await database.open();
    const both = { login: 'edda1', name: 'edda1', settings: { name: 'edda1' } };
    const pages = await storeWith(store, [
      { details: { login: 'edda1', name: 'x' } },
      { target: 'ada1', details: { login: 'x', name: 'edda1' } },
      { event: 'begun', details: both },
      { details: both },
      { target: 'ada1', details: { login: 'x', name: 'y', settings: { name: 'edda1' } } },
      { target: 'ada1', details: { login: 'x', name: 'y' } },
      { details: both },
    ]);
    const subject = { typed: 'edda1' };
    expect(await found(pages, subject)).toEqual([7, 5, 4, 2, 1]);
    expect(await found(pages, subject, { limit: 2 })).toEqual([7, 5]);
    expect(await found(pages, subject, { before: 5, limit: 2 })).toEqual([4, 2]);
    expect(await found(pages, subject, { before: 2 })).toEqual([1]);
    expect(await found(pages, null, { limit: 3 })).toEqual([7, 6, 5]);
    expect(await found(pages, null, { before: 2 })).toEqual([1]);
  });

  it('takes names of any length and characters, and details that are no object', async () => {
    const { store } = await database.open();
    // PostgreSQL compresses what repeats, also in an index.
    const long = String.fromCodePoint(
      ...Array.from({ length: 4_000 }, (_, index) => 0x1_0000 + ((index * 7_919) % 65_536)),
    );
    const odd = 'NUL \0, lone \ud83e and \ud83e\udd8a, \n\t \u2028';
    const pages = await storeWith(store, [
      { details: { login: long, name: long, settings: { name: long } } },
      { details: { login: odd, name: odd, settings: { name: odd } } },
      { details: { login: 'a\nb', name: '\u{1F98A} \t\u2028' } },
      { details: [EDDA.login] },
      { details: { login: null, name: 7 } },
    ]);
    expect(await found(pages, { typed: long })).toEqual([1]);
    expect(await found(pages, { typed: 'a\nB' })).toEqual([3]);
    expect(await found(pages, { typed: '\u{1F98A} \t\u2028' })).toEqual([3]);
    expect(await found(pages, { typed: EDDA.login })).toEqual([]);
    const odder = "insert into audit_log values (6, 0, null, 'x', 'y', null, null, null, 'no JSON', '', '')";
    await run(store, odder);
  });

  it('takes letters for the same in either case as the database does', async () => {
    const { store } = await database.open();
    const pages = await storeWith(store, [{ details: { login: 'x', name: 'Édith BÖHM' } }]);
    expect(await found(pages, { typed: 'Édith bÖhm' })).toEqual([1]);
  });
});
