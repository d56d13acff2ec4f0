import { expect, it } from 'vitest';
import { tokenSnapshot } from '../../src/changes/token-snapshot.ts';
import { ApiToken } from '../../src/fastly/api-token.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const [MINUTE, DAY] = [60_000, 86_400_000];
const ago = (milliseconds: number) => new Date(NOW - milliseconds).toISOString();
const token = (id: string, made: number, used: number | null, scope = 'purge_all') =>
  ApiToken.parse({
    id,
    name: id,
    scope,
    user_id: 'u1',
    created_at: ago(made),
    last_used_at: used === null ? null : ago(used),
  });

it('shows tokens in use first, the oldest of these before new ones, and a global one before others', () => {
  const { tokens } = tokenSnapshot(
    [
      token('never', 900 * DAY, null),
      token('new', DAY, MINUTE, 'global'),
      token('unused', 800 * DAY, 8 * DAY),
      token('old', 700 * DAY, 6 * DAY),
      token('same-age', 600 * DAY, MINUTE),
      token('same-age-global', 600 * DAY, DAY, 'global'),
    ],
    NOW,
  );
  expect(tokens.map(({ id }) => id)).toEqual([
    'old',
    'same-age-global',
    'same-age',
    'new',
    'unused',
    'never',
  ]);
});
