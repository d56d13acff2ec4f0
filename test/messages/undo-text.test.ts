import { describe, expect, it } from 'vitest';
import { undoLabel } from '../../src/messages/undo-text.ts';
import { CURRENT } from '../approvals/people.ts';

const UNSET = { ...CURRENT, locked: null, limit_services: null, require_new_password: null };

describe('what the button says', () => {
  it.each([
    { set: { locked: true }, before: CURRENT, says: 'Unlock' },
    { set: { locked: false }, before: CURRENT, says: 'Undo' },
    { set: { name: 'Grace', role: 'user', locked: true }, before: CURRENT, says: 'Undo' },
    { set: { locked: true }, before: UNSET, says: 'Unlock' },
    { set: { role: 'user', locked: true }, before: UNSET, says: 'Undo, unlock' },
    { set: { limit_services: true }, before: UNSET, says: 'Set Limited services to no' },
    {
      set: { role: 'user', locked: true, limit_services: true, require_new_password: true },
      before: UNSET,
      says: 'Undo, unlock, set Limited services and Password change required to no',
    },
  ])('is $says', ({ set, before, says }) => {
    expect(undoLabel(set, before)).toBe(says);
    expect(says.length).toBeLessThanOrEqual(75);
  });
});
