import { describe, expect, it } from 'vitest';
import { SearchIndex } from '../../src/directory/search.ts';
import { User } from '../../src/fastly/user.ts';

/** More than are sorted at once. */
const USERS = 5_000;

const user = (number: number, name: string | null) =>
  User.parse({ id: `u${number}`, login: `person${number}@example.com`, name });

describe('an index of many users', () => {
  /** By number, in an order that is not that of their names; every tenth is called Ada. */
  const users = Array.from({ length: USERS }, (_, number) =>
    user(number, number % 10 === 0 ? 'Ada' : `Name ${(number * 7919) % USERS}`),
  );

  it('has everybody by name, and those of one name in the order of the list', async () => {
    const index = await SearchIndex.of(users);
    const byName = users.toSorted((a, b) =>
      (a.name ?? '').toLowerCase() < (b.name ?? '').toLowerCase() ? -1 : a.name === b.name ? 0 : 1,
    );
    expect(index.users).toEqual(byName);
    expect(index.withName('ADA')).toEqual(users.filter(({ name }) => name === 'Ada'));
  });

  it('finds each by id, login and name', async () => {
    const index = await SearchIndex.of(users);
    for (const each of users) {
      expect(index.withId(each.id)).toBe(each);
      expect(index.withLogin(each.login.toUpperCase())).toEqual([each]);
      expect(index.withName(each.name ?? '')).toContain(each);
    }
  });

  it('keeps apart by id, login and name what only looks alike in a search', async () => {
    const [plain, accented, spaced] = [user(1, 'Zoe'), user(2, 'Zoë'), user(3, ' zoe ')];
    const index = await SearchIndex.of([plain, accented, spaced]);
    expect(index.withName('zoe')).toEqual([plain, spaced]);
    expect(index.withName('ZOË')).toEqual([accented]);
    expect(index.withId('U1')).toBeNull();
    expect(index.alike('zoe')).toEqual([plain, accented, spaced]);
    expect(index.withName(' ')).toEqual([]);
  });

  it('of nobody finds nobody', async () => {
    const index = await SearchIndex.of([]);
    expect([index.withId(''), index.withLogin(''), index.search('a', 5), index.alike('a')]).toEqual([
      null,
      [],
      [],
      [],
    ]);
  });
});
