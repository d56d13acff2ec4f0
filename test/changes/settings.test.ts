import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CurrentSettings,
  isAsWanted,
  only,
  onlyChanged,
  SETTINGS,
  Settings,
  unmet,
} from '../../src/changes/settings.ts';
import { CURRENT } from '../approvals/people.ts';

const flag = fc.boolean();
const word = fc.constantFrom('user', 'engineer', 'superuser', '');
const wanted: fc.Arbitrary<Settings> = fc.record(
  {
    name: word,
    role: word,
    limit_services: flag,
    locked: flag,
    require_new_password: flag,
    two_factor_auth_enabled: flag,
    two_factor_setup_required: flag,
  },
  { requiredKeys: [] },
);
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const current: fc.Arbitrary<CurrentSettings> = fc.record({
  name: nullable(word),
  role: nullable(word),
  limit_services: nullable(flag),
  locked: nullable(flag),
  require_new_password: nullable(flag),
  two_factor_auth_enabled: nullable(flag),
  two_factor_setup_required: nullable(flag),
});

describe('whether a value is as wanted', () => {
  it.each([
    { wanted: true, current: true, as: true },
    { wanted: false, current: false, as: true },
    { wanted: false, current: null, as: true },
    { wanted: true, current: null, as: false },
    { wanted: true, current: false, as: false },
    { wanted: 'billing', current: 'billing', as: true },
    { wanted: 'billing', current: 'Billing', as: false },
    { wanted: 'billing', current: null, as: false },
    { wanted: '', current: null, as: false },
  ])('$wanted where $current is there: $as', ({ wanted, current, as }) => {
    expect(isAsWanted(wanted, current)).toBe(as);
  });
});

describe('what of the settings wanted is not so', () => {
  it('is what differs, in the order in which settings are shown', () => {
    const settings = { locked: true, limit_services: false, role: 'billing', name: 'Grace Example' };
    expect(unmet(settings, CURRENT)).toEqual(['role', 'locked']);
    expect(onlyChanged(settings, CURRENT)).toEqual({ role: 'billing', locked: true });
  });

  it('is nothing where nothing is wanted, or all is so', () => {
    expect(unmet({}, CURRENT)).toEqual([]);
    expect(
      onlyChanged({ name: 'Grace Example', locked: false, require_new_password: false }, CURRENT),
    ).toEqual({});
  });

  it('is nothing any more once what differs was set', () => {
    fc.assert(
      fc.property(wanted, current, (settings, before) => {
        const changes = onlyChanged(settings, before);
        const after = { ...before, ...changes };
        expect(unmet(settings, after)).toEqual([]);
        for (const setting of SETTINGS) {
          if (changes[setting] === undefined) expect(after[setting]).toBe(before[setting]);
          else expect(isAsWanted(changes[setting], before[setting])).toBe(false);
        }
      }),
    );
  });
});

describe('only some of the settings', () => {
  it('has those that are there, and no others', () => {
    const settings = { role: 'billing', locked: false };
    expect(only(settings, ['locked', 'name'])).toEqual({ locked: false });
    expect(only(settings, [])).toEqual({});
  });
});

describe('settings that come from outside', () => {
  it.each([
    { login: 'ada@example.com' },
    { role: 'user', customer_id: 'x' },
    { locked: 'yes' },
    { locked: null },
    { name: undefined },
  ])('are refused when they are %j', (given) => {
    expect(Settings.safeParse(given).success).toBe(false);
  });
});
