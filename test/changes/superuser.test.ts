import { describe, expect, it } from 'vitest';
import { furtherRoles, type HasRoles, rolesAtStake, rolesDigest } from '../../src/changes/roles.ts';
import { superuserStanding } from '../../src/changes/superuser.ts';
import { User } from '../../src/fastly/user.ts';

const [ONE, TWO, THREE] = ['7cXku3sEDtOBxnhLaL1Iyp', 'TWhtbByYgR51MumwLiSJyF', 'AbcdefghIjklmnopQrstuv'];

describe('whether a user is a Fastly superuser', () => {
  it.each<[HasRoles, ReturnType<typeof superuserStanding>]>([
    [{ role: 'superuser' }, 'yes'],
    [{ role: ' SuperUser\n' }, 'yes'],
    [{ role: 'engineer', roles: ['billing', ' Superuser '] }, 'yes'],
    [{ role: 'engineer', roles: [ONE, TWO, 'SUPERUSER'] }, 'yes'],
    [{ role: null, roles: ['superuser'] }, 'yes'],
    [{ role: 'engineer' }, 'no'],
    [{ role: 'superuser_viewer', roles: ['engineer'] }, 'no'],
    [{ role: 'engineer', roles: [] }, 'no'],
    [{ role: 'engineer', roles: ['engineer', 'tls_admin'] }, 'no'],
    // The one id is the role's own.
    [{ role: 'engineer', roles: [ONE] }, 'no'],
    [{ role: 'engineer', roles: [ONE, ONE] }, 'no'],
    [{ role: 'engineer', roles: [ONE, TWO] }, 'unknown'],
    [{ role: 'engineer', roles: ['engineer', THREE] }, 'unknown'],
    [{ role: null, roles: [ONE] }, 'unknown'],
    [{}, 'no'],
  ])('%j: %s', (user, is) => {
    expect(superuserStanding(user)).toBe(is);
  });
});

describe('further roles', () => {
  it.each<[HasRoles, ReturnType<typeof furtherRoles>, ReturnType<typeof rolesAtStake>]>([
    [{ role: 'engineer' }, { named: [], unnamed: 0 }, null],
    [{ role: 'Engineer ', roles: ['engineer'] }, { named: [], unnamed: 0 }, null],
    [
      { role: 'tls_admin', roles: [ONE] },
      { named: [], unnamed: 0 },
      { named: ['tls_admin'], unnamed: 0 },
    ],
    [
      { role: 'engineer', roles: [ONE, TWO, THREE] },
      { named: [], unnamed: 2 },
      { named: [], unnamed: 2 },
    ],
    [
      { role: 'ngwaf_owner', roles: ['ngwaf_owner', 'billing', ONE] },
      { named: ['billing'], unnamed: 1 },
      { named: ['ngwaf_owner', 'billing'], unnamed: 1 },
    ],
  ])('of %j', (user, further, stake) => {
    expect(furtherRoles(user)).toEqual(further);
    expect(rolesAtStake(user)).toEqual(stake);
  });

  it('are the same in any order, and not when one is another', () => {
    const digest = rolesDigest({ role: 'user', roles: [ONE, TWO] });
    expect(rolesDigest({ role: 'user', roles: [TWO, ONE, ONE] })).toBe(digest);
    for (const other of [{ role: 'user', roles: [ONE] }, { role: 'billing', roles: [ONE, TWO] }, {}]) {
      expect(rolesDigest(other)).not.toBe(digest);
    }
  });
});

describe("a user's list of roles", () => {
  const read = (roles?: unknown) =>
    User.parse({ id: 'a1', login: 'ada@example.com', ...(roles === undefined ? {} : { roles }) }).roles;

  it('is read whatever stands in it', () => {
    expect(read()).toBeUndefined();
    expect(read(null)).toBeUndefined();
    expect(read([])).toEqual([]);
    expect(read('superuser')).toEqual(['superuser']);
    expect(read([ONE, { id: TWO }, { id: THREE, name: 'Billing' }, 7, null])).toEqual([
      ONE,
      TWO,
      'Billing',
      '[7]',
      '[null]',
    ]);
  });

  it('makes nobody less than they are by what cannot be read', () => {
    expect(superuserStanding({ role: 'engineer', roles: read([ONE, { what: 1 }]) })).toBe('unknown');
    expect(superuserStanding({ role: 'engineer', roles: read(['engineer', null]) })).toBe('unknown');
  });
});
