import { expect, it } from 'vitest';
import { reminderAt, whyNoEnd } from '../../src/changes/promotion.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

it.each([
  { whole: 15 * MINUTE, before: 7.5 * MINUTE },
  { whole: 29 * MINUTE, before: 14.5 * MINUTE },
  { whole: 30 * MINUTE, before: 15 * MINUTE },
  { whole: 2 * HOUR, before: 15 * MINUTE },
  { whole: 4 * HOUR, before: 30 * MINUTE },
  { whole: 8 * DAY, before: DAY },
  { whole: 30 * DAY, before: DAY },
])('of $whole milliseconds, people are reminded $before before the end', ({ whole, before }) => {
  expect(reminderAt(1_000, 1_000 + whole)).toBe(1_000 + whole - before);
});

it.each([
  { user: { role: 'engineer' }, why: null },
  { user: { role: 'user', roles: ['user'] }, why: null },
  { user: { role: 'superuser' }, why: 'superuser' },
  { user: { role: 'engineer', roles: ['superuser'] }, why: 'superuser' },
  { user: { role: 'engineer', roles: ['engineer', 'purger'] }, why: 'several-roles' },
  { user: { role: 'auditor' }, why: 'other-role' },
  { user: { role: null }, why: 'other-role' },
])('whether a role can be given for a time to $user', ({ user, why }) => {
  expect(whyNoEnd(user)).toBe(why);
});
