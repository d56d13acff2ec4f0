import { describe, expect, it } from 'vitest';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import {
  ENGINEER,
  LOCKED_SUPERUSER,
  NORA_USER,
  OWNER,
  THIRD_SUPERUSER,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import {
  approvedAfter,
  approveTogether,
  askForDeletion,
  deletions,
  type RequestMessage,
  startAnother,
  untilRecorded,
  untilTold,
} from '../support/approving.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** Unix seconds, by the sandbox's clock as long as nobody moves it. */
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** Waits until the request is refused, and checks that message, thread and requester are told why. */
async function expectRefused({ client }: Workplace, request: RequestMessage, why: string): Promise<void> {
  const nora = client.as(NORA);
  expect(await request.until(nora, '⛔')).toContain(why);
  expect(request.buttons(await nora.sees())).toEqual([]);
  expect((await request.untilInThread(nora, "wasn't deleted")).at(-1)).toContain(why);
  expect(await untilTold(nora, "wasn't deleted", 'direct')).toContain(why);
  expect(await deletions(client)).toEqual([]);
}

describe('an approved deletion', () => {
  it.each([
    {
      was: 'made a Fastly superuser',
      user: ENGINEER,
      now: { role: 'superuser' },
      why: 'the role was engineer and is now Fastly superuser',
    },
    {
      was: 'renamed',
      user: ENGINEER,
      now: { name: 'Edda Sommer' },
      why: 'the name was Edda Morton and is now Edda Sommer',
    },
    {
      was: 'locked',
      user: ENGINEER,
      now: { locked: true },
      why: 'the lock was not locked and is now locked',
    },
    {
      was: 'unlocked',
      user: LOCKED_SUPERUSER,
      now: { locked: false },
      why: 'the lock was locked and is now not locked',
    },
    {
      was: 'given another login',
      user: ENGINEER,
      now: { login: 'edda@example.com' },
      why: 'the login was edda.morton@example.com and is now edda@example.com',
    },
    {
      was: 'marked as deleted',
      user: ENGINEER,
      now: { deleted_at: '2026-01-02T03:04:05Z' },
      why: 'The user no longer exists in Fastly',
    },
  ])('is refused when the user was $was meanwhile', async ({ user, now, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await approvedAfter(
      workplace.client,
      () => client.putFastlyUsers([{ ...user, ...now }]),
      user,
    );
    await expectRefused(workplace, request, why);
  });

  it('is refused when the user was deleted in Fastly meanwhile', async () => {
    const workplace = await startWorkplace();
    const request = await approvedAfter(workplace.client, () =>
      workplace.client.removeFastlyUser(ENGINEER.id),
    );
    await expectRefused(workplace, request, 'The user no longer exists in Fastly');
  });

  it('does not take the page of a proxy with 404 for a user who is gone, and can be retried', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const body = '<html><body>No such page</body></html>';
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ fail: { match: 'GET /user/', status: 404, body, times: 1 } }),
    );
    const nora = client.as(NORA);
    expect(await request.until(nora, '⚠️')).toContain('such as a proxy, refused the call (404)');
    expect(await deletions(client)).toEqual([]);
    await request.click(client.as(TOMAS), 'retry');
    await request.until(nora, '✅');
    expect(await deletions(client)).toHaveLength(1);
  });

  it('names every difference when several things changed', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await approvedAfter(workplace.client, () =>
      client.putFastlyUsers([{ ...ENGINEER, name: 'Edda Sommer', role: 'billing' }]),
    );
    const why =
      'the name was Edda Morton and is now Edda Sommer and the role was engineer and is now billing';
    await expectRefused(workplace, request, why);
  });

  it('is refused when the user became the owner of the account meanwhile', async () => {
    const workplace = await startWorkplace();
    const request = await approvedAfter(workplace.client, () =>
      workplace.client.patchFastlyAccount({ owner_id: ENGINEER.id }),
    );
    await expectRefused(workplace, request, 'This user owns the Fastly account');
  });

  it.each([
    { whose: 'an approver', superusers: [NORA, PRIYA], why: 'Too few of the approvals still count' },
    {
      whose: 'the requester',
      superusers: [TOMAS, PRIYA],
      why: 'The requester is no longer allowed to use the bot',
    },
  ])('is refused when $whose is taken off SUPERUSERS before it runs', async ({ superusers, why }) => {
    const { variables, pass } = await databaseWithClock();
    const workplace = await startWorkplace(DELIVERY, variables);
    const { client, log } = workplace;
    const request = await approvedAfter(workplace.client, () =>
      client.fastlyFaults({ rateLimitUsedUp: { reset: inSeconds(60) } }),
    );
    await untilRecorded(log, 'postponed');
    const another = await startAnother(workplace, {
      ...variables,
      SUPERUSERS: superusers.map(({ id }) => id).join(','),
    });
    await client.fastlyFaults({ rateLimitUsedUp: null });
    await client.forgetFastlyCalls();
    await pass(61_000);
    expect(await request.until(client.as(NORA), '⛔')).toContain(why);
    await untilRecorded(another.log, 'refused');
    expect(await deletions(client)).toEqual([]);
  });

  it('leaves the last of two Fastly superusers who are to be deleted at the same moment', async () => {
    const workplace = await startWorkplace(DELIVERY, {
      SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(','),
    });
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    // Whoever a request is about doesn't decide on it, so it's about nobody in Slack.
    const fourth = { ...NORA_USER, id: 'fourth1', name: 'Fourth Superuser', login: 'fourth@example.com' };
    const engineers = [OWNER, NORA_USER, TOMAS_USER].map((user) => ({ ...user, role: 'engineer' }));
    await client.putFastlyUsers([...engineers, fourth]);
    const requests = [
      await askForDeletion(client, NORA, fourth),
      await askForDeletion(client, NORA, THIRD_SUPERUSER),
    ];
    // Long enough that each would see the other one's target as the one who stays.
    await client.fastlyFaults({ delay: { match: 'GET /customer/', milliseconds: 300 } });
    const approvers = [tomas, client.as(PRIYA)];
    await approveTogether(requests.map((request, index) => ({ who: approvers[index] ?? tomas, request })));
    const ends = await nora.until((sees) => {
      const words = requests.map((request) => request.words(sees));
      return words.every((each) => /✅ Deleted|⛔/.test(each)) && words;
    }, 'both to end');
    expect(ends.filter((words) => words.includes('✅ Deleted'))).toHaveLength(1);
    expect(ends.filter((words) => words.includes('the last unlocked Fastly superuser'))).toHaveLength(1);
    expect(await deletions(client)).toHaveLength(1);
  });
});
