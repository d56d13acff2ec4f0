import { expect, it } from 'vitest';
import { Belonging } from '../../src/store/belonging.ts';
import { WrongDatabase } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases } from './both-databases.ts';

const OURS = { id: 'T0EXAMPLE', name: 'Example' };
const THEIRS = { id: 'T0OTHER', name: 'Other' };
const ALL = { mayShow: true, mayChange: true, mayEnd: true };
const ACCOUNT = { id: '1abCDe2', name: '' };

/** Whether a change may be begun. */
function mayBegin(store: Store): boolean {
  try {
    store.mustTakeData();
    return true;
  } catch {
    return false;
  }
}

/** The database as a process finds it that was used by one in our workspace and account before. */
async function usedBefore(store: Store): Promise<void> {
  const before = new Belonging(store);
  before.found('workspace', OURS);
  before.found('account', ACCOUNT);
  expect(await before.confirm()).toEqual(ALL);
}

async function refusal(belonging: Belonging): Promise<string> {
  const error = await belonging.confirm().catch((thrown: unknown) => thrown);
  if (error instanceof WrongDatabase) return error.message;
  throw new Error('the database was not refused', { cause: error });
}

onBothDatabases('where a database belongs', (database) => {
  it('is recorded when it is first known, a service at a time, and keeps nothing from being begun', async () => {
    const { store } = await database.open();
    const belonging = new Belonging(store);
    expect(mayBegin(store)).toBe(false);
    expect(await belonging.confirm()).toEqual(ALL);
    expect(mayBegin(store)).toBe(true);
    belonging.found('account', ACCOUNT);
    expect(await belonging.confirm()).toEqual(ALL);
    belonging.found('workspace', OURS);
    expect(await belonging.confirm()).toEqual(ALL);
    const rows = await store.read((tables) =>
      tables.selectFrom('belonging').selectAll().orderBy('kind').execute(),
    );
    expect(rows).toEqual([
      { kind: 'account', ...ACCOUNT },
      { kind: 'workspace', ...OURS },
    ]);
  });

  it('keeps all changes from being begun until both are known to be the same', async () => {
    const { store } = await database.open();
    await usedBefore(store);
    const belonging = new Belonging(store);
    expect(await belonging.confirm()).toEqual({ mayShow: false, mayChange: false, mayEnd: false });
    belonging.found('workspace', { ...OURS, name: 'Renamed' });
    // What Slack must show does not wait for Fastly.
    expect(await belonging.confirm()).toEqual({ mayShow: true, mayChange: false, mayEnd: false });
    expect(mayBegin(store)).toBe(false);
    belonging.found('account', ACCOUNT);
    expect(await belonging.confirm()).toEqual(ALL);
    expect(mayBegin(store)).toBe(true);
  });

  it('is told with both names where it is another one, and nothing may be begun', async () => {
    const { store } = await database.open();
    await usedBefore(store);
    const elsewhere = new Belonging(store);
    elsewhere.found('workspace', THEIRS);
    expect(await refusal(elsewhere)).toBe(
      'DATABASE_URL: The database belongs to the Slack workspace T0EXAMPLE (Example), but SLACK_BOT_TOKEN to T0OTHER (Other). Nothing was carried out. Correct DATABASE_URL or SLACK_BOT_TOKEN. To use this copy of a database here, run `npm run restored -- --adopt` once.',
    );
    expect(mayBegin(store)).toBe(false);
    const account = new Belonging(store);
    account.found('workspace', OURS);
    account.found('account', { id: '9zyXWv8', name: '' });
    expect(await refusal(account)).toContain(
      'belongs to the Fastly account 1abCDe2, but FASTLY_API_TOKEN to 9zyXWv8.',
    );
    expect(mayBegin(store)).toBe(false);
  });

  it('is not known while a service does not say where the bot works, and is compared once it does', async () => {
    const { store } = await database.open();
    await usedBefore(store);
    const belonging = new Belonging(store);
    belonging.found('workspace', OURS);
    belonging.found('account', null);
    expect(await belonging.confirm()).toEqual({ mayShow: true, mayChange: false, mayEnd: false });
    belonging.found('account', { id: 'ELSEWHERE', name: '' });
    await expect(belonging.confirm()).rejects.toThrow(WrongDatabase);
  });

  it('is not compared with what it does not record', async () => {
    const { store } = await database.open();
    const belonging = new Belonging(store);
    belonging.found('workspace', OURS);
    belonging.found('account', null);
    expect(await belonging.confirm()).toEqual(ALL);
  });
});
