import { expect, it, onTestFinished, vi } from 'vitest';
import { User, UserId } from '../../../src/fastly/user.ts';
import { ReadUsers } from '../../../src/slack/replies/read-users.ts';
import { ENGINEER, OWNER } from '../../sandbox/fastly/people.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';

const [EDDA, OTHER] = [UserId.parse(ENGINEER.id), UserId.parse(OWNER.id)];

it('asks for each user once, also those who ask at once, until it is told to forget', async () => {
  const asked: UserId[] = [];
  const listed: UserId[] = [];
  const ages: number[] = [];
  const users = new ReadUsers(
    {
      getUser: async (id) => {
        asked.push(id);
        return User.parse(completeUser({ id, login: `${asked.length}@example.com` }));
      },
    },
    {
      users: async (atMost) => {
        ages.push(atMost);
        return [];
      },
    },
    async (id) => {
      listed.push(id);
      return { programs: [], sessions: [], unreadable: 0 };
    },
  );
  const [first, again] = await Promise.all([users.getUser(EDDA), users.getUser(EDDA)]);
  expect(again).toBe(first);
  await users.getUser(OTHER);
  expect(await users.getUser(EDDA)).toBe(first);
  expect(asked).toEqual([EDDA, OTHER]);
  await Promise.all([users.liveTokens(EDDA), users.liveTokens(EDDA)]);
  expect(listed).toEqual([EDDA]);
  vi.useFakeTimers({ now: Date.now() + 5_000 });
  onTestFinished(() => void vi.useRealTimers());
  await users.all();
  users.forget();
  await users.all();
  expect(ages[0]).toBeGreaterThanOrEqual(5_001);
  expect(ages[1]).toBe(1);
  await users.liveTokens(EDDA);
  expect(listed).toEqual([EDDA, EDDA]);
  expect((await users.getUser(EDDA)).login).toBe('3@example.com');
});
