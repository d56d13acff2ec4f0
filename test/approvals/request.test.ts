import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Action,
  type ActionVerb,
  type Alteration,
  isAdmission,
  mayBeLocked,
  superuserChange,
  takesSuperuserAway,
  targetKey,
  verbOf,
} from '../../src/approvals/action.ts';
import { onlyChanged, type Settings } from '../../src/changes/settings.ts';
import { CURRENT, ENGINEER, FASTLY_SUPERUSER, NEWCOMER } from './people.ts';

const LOCKED_SUPERUSER = { ...FASTLY_SUPERUSER, locked: true };
const AS_SUPERUSER: Settings = { role: 'superuser' };

function promotion(changes: Settings, target = ENGINEER): Alteration {
  return { kind: 'promote', version: 1, by: 'update', target, before: CURRENT, changes };
}

function demotion(changes: Settings, target = FASTLY_SUPERUSER): Alteration {
  return { kind: 'demote', version: 1, target, before: { ...CURRENT, role: 'superuser' }, changes };
}

const DELETION: Action = { kind: 'delete', version: 1, target: ENGINEER };
const CREATION: Action = {
  kind: 'promote',
  version: 1,
  by: 'creation',
  target: NEWCOMER,
  changes: AS_SUPERUSER,
};
const INVITATION: Action = { ...CREATION, by: 'invitation' };

describe('what needs approval', () => {
  const cases: {
    role: string | null;
    locked: boolean | null;
    changes: Settings;
    is: ReturnType<typeof superuserChange>;
  }[] = [
    { role: 'engineer', locked: false, changes: { role: 'superuser' }, is: 'promote' },
    { role: 'engineer', locked: true, changes: { role: 'superuser' }, is: 'promote' },
    { role: 'engineer', locked: false, changes: { role: 'superuser', locked: true }, is: 'promote' },
    { role: null, locked: null, changes: { role: 'superuser' }, is: 'promote' },
    { role: 'superuser', locked: true, changes: { locked: false }, is: 'promote' },
    { role: 'superuser', locked: true, changes: { role: 'superuser', locked: false }, is: 'promote' },
    { role: 'superuser', locked: false, changes: { role: 'user' }, is: 'demote' },
    { role: 'superuser', locked: true, changes: { role: 'user' }, is: 'demote' },
    { role: 'superuser', locked: true, changes: { role: 'user', locked: false }, is: 'demote' },
    { role: 'superuser', locked: false, changes: { locked: true }, is: 'demote' },
    { role: 'superuser', locked: null, changes: { locked: true, name: 'Ada' }, is: 'demote' },
    { role: 'superuser', locked: false, changes: { locked: false }, is: null },
    { role: 'superuser', locked: null, changes: { locked: false }, is: null },
    { role: 'superuser', locked: true, changes: { locked: true }, is: null },
    { role: 'superuser', locked: false, changes: { name: 'Ada', limit_services: true }, is: null },
    { role: 'engineer', locked: false, changes: { role: 'billing', locked: true }, is: null },
    { role: 'engineer', locked: true, changes: { locked: false }, is: null },
    { role: 'Superuser', locked: false, changes: { role: 'user' }, is: 'demote' },
    { role: 'engineer', locked: false, changes: {}, is: null },
  ];

  it.each(cases)('$changes for $role, locked $locked: $is', ({ role, locked, changes, is }) => {
    expect(superuserChange({ role, locked }, changes)).toBe(is);
  });

  const NAMED = ['engineer', 'superuser'];
  const UNREADABLE = ['7cXku3sEDtOBxnhLaL1Iyp', 'TWhtbByYgR51MumwLiSJyF'];
  it.each<{ roles: string[]; locked: boolean; changes: Settings; is: ReturnType<typeof superuserChange> }>([
    { roles: NAMED, locked: false, changes: { role: 'billing' }, is: 'demote' },
    { roles: NAMED, locked: false, changes: { locked: true }, is: 'demote' },
    { roles: NAMED, locked: true, changes: { locked: false }, is: 'promote' },
    { roles: NAMED, locked: false, changes: { role: 'superuser' }, is: null },
    // Nobody knows whether this user is one, so it is asked about either way.
    { roles: UNREADABLE, locked: false, changes: { role: 'billing' }, is: 'demote' },
    { roles: UNREADABLE, locked: false, changes: { role: 'superuser' }, is: 'promote' },
    { roles: UNREADABLE, locked: false, changes: { locked: true }, is: 'demote' },
    { roles: UNREADABLE, locked: true, changes: { locked: false }, is: 'promote' },
    { roles: UNREADABLE, locked: false, changes: { name: 'Ada' }, is: null },
    { roles: UNREADABLE.slice(1), locked: false, changes: { role: 'billing', locked: true }, is: null },
  ])('$changes for an engineer with $roles, locked $locked: $is', ({ roles, locked, changes, is }) => {
    expect(superuserChange({ role: 'engineer', roles, locked }, changes)).toBe(is);
  });

  it('is what changes who is a Fastly superuser that can sign in, and what changes the role of one', () => {
    const role = fc.constantFrom('superuser', 'engineer', null);
    const locked = fc.option(fc.boolean(), { nil: null });
    const wanted = fc.record(
      { role: fc.constantFrom('superuser', 'engineer'), locked: fc.boolean() },
      {
        requiredKeys: [],
      },
    );
    fc.assert(
      fc.property(role, locked, wanted, (role, locked, wanted) => {
        const before = { ...CURRENT, role, locked };
        const after = { ...before, ...wanted };
        const stands = (user: typeof before) => user.role === 'superuser' && !user.locked;
        const is = superuserChange(before, onlyChanged(wanted, before));
        if (stands(after) && !stands(before)) expect(is).toBe('promote');
        else if (stands(before) && !stands(after)) expect(is).toBe('demote');
        else if ((role === 'superuser') === (after.role === 'superuser')) expect(is).toBeNull();
      }),
    );
  });
});

describe('what a request comes to', () => {
  const cases: { action: Action; verb: ActionVerb }[] = [
    { action: DELETION, verb: 'delete' },
    { action: promotion(AS_SUPERUSER), verb: 'promote' },
    { action: promotion({ role: 'superuser', locked: false }), verb: 'promote' },
    { action: promotion({ locked: false }, LOCKED_SUPERUSER), verb: 'unlock' },
    { action: CREATION, verb: 'create' },
    { action: INVITATION, verb: 'invite' },
    { action: demotion({ role: 'user' }), verb: 'demote' },
    { action: demotion({ role: 'user', locked: true }), verb: 'demote' },
    { action: demotion({ locked: true, name: 'Ada' }), verb: 'lock' },
  ];

  it.each(cases)('is $verb', ({ action, verb }) => {
    expect(verbOf(action)).toBe(verb);
  });
});

describe('whom a request is about', () => {
  it('is the same whatever is to be done with a user', () => {
    const keys = [DELETION, promotion(AS_SUPERUSER), demotion({ locked: true }, ENGINEER)].map(targetKey);
    expect(new Set(keys)).toEqual(new Set([ENGINEER.id]));
  });

  it('is the login for who is no user yet, letter case aside, whether created or invited', () => {
    const shouting = { ...NEWCOMER, login: NEWCOMER.login.toUpperCase() };
    const keys = [CREATION, INVITATION, { ...CREATION, target: shouting }].map(targetKey);
    expect(new Set(keys).size).toBe(1);
    expect(keys).not.toContain(targetKey({ ...CREATION, target: { ...NEWCOMER, login: 'b@example.com' } }));
    expect(isAdmission(CREATION)).toBe(true);
    expect(isAdmission(promotion(AS_SUPERUSER))).toBe(false);
  });

  it('is never both a user and a newcomer, whatever the login is', () => {
    expect(targetKey({ ...CREATION, target: { ...NEWCOMER, login: ENGINEER.id } })).not.toBe(
      targetKey(DELETION),
    );
  });
});

describe('whether the account has a Fastly superuser less afterwards', () => {
  it.each<{ what: string; action: Action; less: boolean }>([
    { what: 'one deleted', action: { ...DELETION, target: FASTLY_SUPERUSER }, less: true },
    { what: 'one demoted', action: demotion({ role: 'user' }), less: true },
    { what: 'one locked', action: demotion({ locked: true }), less: true },
    {
      what: 'one with the word in capitals deleted',
      action: { ...DELETION, target: { ...FASTLY_SUPERUSER, role: ' SUPERUSER ' } },
      less: true,
    },
    {
      what: 'one by a further role deleted',
      action: { ...DELETION, target: { ...ENGINEER, roles: ['superuser'] } },
      less: true,
    },
    {
      what: 'who may be one deleted',
      action: { ...DELETION, target: { ...ENGINEER, roles: ['id1', 'id2'] } },
      less: true,
    },
    { what: 'a locked one demoted', action: demotion({ role: 'user' }, LOCKED_SUPERUSER), less: false },
    { what: 'a locked one deleted', action: { ...DELETION, target: LOCKED_SUPERUSER }, less: false },
    { what: 'an engineer deleted', action: DELETION, less: false },
    { what: 'an engineer promoted', action: promotion(AS_SUPERUSER), less: false },
    { what: 'one unlocked', action: promotion({ locked: false }, LOCKED_SUPERUSER), less: false },
    { what: 'one created', action: CREATION, less: false },
  ])('$what: $less', ({ action, less }) => {
    expect(takesSuperuserAway(action)).toBe(less);
  });
});

describe('whether the target can be locked meanwhile', () => {
  it.each<{ what: string; action: Action; may: boolean }>([
    { what: 'an engineer to be deleted', action: DELETION, may: true },
    {
      what: 'a locked engineer to be deleted',
      action: { ...DELETION, target: { ...ENGINEER, locked: true } },
      may: false,
    },
    {
      what: 'a Fastly superuser to be deleted',
      action: { ...DELETION, target: FASTLY_SUPERUSER },
      may: false,
    },
    {
      what: 'who may be a Fastly superuser to be deleted',
      action: { ...DELETION, target: { ...ENGINEER, roles: ['id1', 'id2'] } },
      may: false,
    },
    {
      what: 'a Fastly superuser in capitals to be deleted',
      action: { ...DELETION, target: { ...FASTLY_SUPERUSER, role: 'Superuser' } },
      may: false,
    },
    { what: 'an engineer to be promoted', action: promotion(AS_SUPERUSER), may: false },
    { what: 'a Fastly superuser to be demoted', action: demotion({ role: 'user' }), may: false },
    { what: 'who is to be created', action: CREATION, may: false },
  ])('$what: $may', ({ action, may }) => {
    expect(mayBeLocked(action)).toBe(may);
  });
});

describe('an action that comes out of the store', () => {
  it.each([
    DELETION,
    CREATION,
    INVITATION,
    promotion({ role: 'superuser', name: 'Grace', limit_services: true }),
    demotion({ role: 'user' }, { ...FASTLY_SUPERUSER, roles: ['superuser', 'id1'] }),
    demotion({ locked: true }),
  ])('is as it was put there, $kind', (action) => {
    expect(Action.parse(JSON.parse(JSON.stringify(action)))).toEqual(action);
  });

  const { before: _, ...withoutBefore } = demotion({ locked: true });
  it.each([
    { what: 'of another version', action: { ...DELETION, version: 2 } },
    { what: 'of an unknown kind', action: { ...DELETION, kind: 'rename' } },
    { what: 'that does not say what was there before', action: withoutBefore },
    { what: 'that creates a user with an id', action: { ...CREATION, target: ENGINEER } },
    { what: 'that updates who has no id', action: { ...promotion(AS_SUPERUSER), target: NEWCOMER } },
    { what: 'that sets a login', action: promotion({ ...AS_SUPERUSER, ...{ login: 'b@example.com' } }) },
    { what: 'on a path of its own', action: { ...DELETION, target: { ...ENGINEER, id: '../current_user' } } },
  ])('is refused when it is one $what', ({ action }) => {
    expect(Action.safeParse(action).success).toBe(false);
  });
});
