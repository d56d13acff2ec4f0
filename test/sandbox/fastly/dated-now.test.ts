import { expect, it } from 'vitest';
import { botTokenAt, peopleAt } from './dated-now.ts';
import { BOT_ACCOUNT, NORA_USER, OWNER, TOMAS_USER } from './people.ts';

const DAY = 86_400_000;
const MOMENT = Date.parse('2031-04-05T06:07:08Z');

const since = (time: unknown) => (typeof time === 'string' ? MOMENT - Date.parse(time) : null);

it('dates people so that a few are idle, and neither the bot nor its bot admins', () => {
  const idle = peopleAt(MOMENT).filter(
    ({ last_active_at: active, created_at: created }) => (since(active ?? created) ?? 0) > 90 * DAY,
  );
  expect(idle.length).toBeGreaterThan(3);
  expect(idle.length).toBeLessThan(10);
  const used = [BOT_ACCOUNT, NORA_USER, TOMAS_USER, OWNER].map(({ id }) => id);
  expect(idle.filter(({ id }) => used.includes(id))).toEqual([]);
});

it('dates nothing later than the moment, and nobody active before there was such a user', () => {
  for (const { created_at: created, updated_at: updated, last_active_at: active } of peopleAt(MOMENT)) {
    expect(since(updated)).toBeGreaterThan(0);
    expect(since(created)).toBeGreaterThanOrEqual(since(updated) ?? 0);
    if (typeof active !== 'string') continue;
    expect(since(active)).toBeGreaterThan(0);
    expect(since(active)).toBeLessThan(since(created) ?? 0);
  }
  expect(since(botTokenAt(MOMENT).created_at)).toBeGreaterThan(0);
});
