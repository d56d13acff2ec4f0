import { describe, expect, it } from 'vitest';
import { NORA } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { approvedAfter, deletions, untilTold } from '../support/approving.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const PATH = `/user/${ENGINEER.id}`;

/** Unix seconds, by the sandbox's clock as long as nobody moves it. */
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('an approved deletion', () => {
  it.each([
    { lost: 'answer is lost', when: 'after', calls: [PATH] },
    { lost: 'call is lost', when: 'before', calls: [PATH, PATH] },
  ] as const)('is completed when its $lost, as the bot looks', async ({ when, calls }) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ drop: { match: 'DELETE /user/', when, times: 1 } }),
    );
    await request.until(nora, '✅ Deleted');
    await untilTold(nora, 'was deleted', 'direct');
    expect(await deletions(client)).toEqual(calls);
    const found = (await request.untilInThread(nora, 'was deleted'))
      .at(-1)
      ?.includes('A check confirmed the change');
    expect(found).toBe(when === 'after');
  });

  it('is not tried a third time when both calls are lost', async () => {
    const { client } = await startWorkplace();
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ drop: { match: 'DELETE /user/', when: 'before', times: 2 } }),
    );
    const words = await request.until(client.as(NORA), "wasn't deleted");
    expect(words).toContain('The user still exists.');
    expect(await deletions(client)).toEqual([PATH, PATH]);
  });

  it('is refused when its first call is lost and the user was promoted meanwhile', async () => {
    const { client } = await startWorkplace(DELIVERY, { FASTLY_TIMEOUT: '2s' });
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ hold: { match: 'DELETE /user/', when: 'before', times: 1 } }),
    );
    await client.untilHeld('fastly');
    await client.putFastlyUsers([{ ...ENGINEER, role: 'superuser' }]);
    const words = await request.until(client.as(NORA), "wasn't deleted");
    expect(words).toContain('the role was engineer and is now Fastly superuser');
    expect(await deletions(client)).toEqual([PATH]);
  });

  it('is looked at again by itself when its answer is lost and Fastly is away', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, { ...variables, FASTLY_TIMEOUT: '2s' });
    const nora = client.as(NORA);
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ hold: { match: 'DELETE /user/', when: 'after', times: 1 } }),
    );
    await client.untilHeld('fastly');
    await client.fastlyFaults({ down: true });
    await request.until(nora, "Fastly hasn't confirmed this yet. Checking again");
    expect(request.buttons(await nora.sees())).toEqual([]);
    await client.fastlyFaults({ down: false, hold: null });
    await pass(60_000);
    await request.until(nora, '✅ Deleted');
    await untilTold(nora, 'A check confirmed the change', 'direct');
    expect(await deletions(client)).toEqual([PATH]);
  });

  it.each<[string, Partial<FastlyFaults>, RegExp]>([
    [
      'refuses it, in its words and with the hint about API tokens',
      { fail: refusal(400, 'Bad request', 'This user still has active API tokens') },
      /it says: Bad request: This user still has active API tokens.*The user's API tokens may have to be revoked first/,
    ],
    [
      "does not allow it, in its words and with what the bot's token needs",
      { fail: refusal(403, 'Access denied', 'This token has no right to delete users') },
      /doesn't allow.*it says: Access denied: This token has no right to delete users.*global scope.*API tokens/,
    ],
    [
      'takes no more changes beyond the time it may be retried',
      { rateLimitUsedUp: { reset: 4_102_444_800 } },
      /rate limit is reached until 2100-01-01 00:00 UTC\. Nothing was changed\. Try again then/,
    ],
    ['refuses the token', { tokenRefused: true }, /refused the bot's token.*operator/],
    ['is away while it looks', { down: true }, /Fastly can't be reached\. Try again in a minute/],
  ])('fails when Fastly %s, and can be retried', async (_what, faults, why) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await approvedAfter(client, () => client.fastlyFaults(faults));
    expect(await request.until(nora, "wasn't deleted")).toMatch(why);
    expect((await request.untilInThread(nora, "wasn't deleted")).at(-1)).toMatch(why);
    expect(await untilTold(nora, "wasn't deleted", 'direct')).toMatch(why);
    await client.fastlyFaults({ fail: null, rateLimitUsedUp: null, tokenRefused: false, down: false });
    await request.click(nora, 'retry');
    await request.until(nora, '✅ Deleted');
  });

  it('is put off when Fastly takes no more changes for a short while, and then carried out', async () => {
    const { variables, pass } = await databaseWithClock();
    const { client } = await startWorkplace(DELIVERY, variables);
    const nora = client.as(NORA);
    const request = await approvedAfter(client, () =>
      client.fastlyFaults({ rateLimitUsedUp: { reset: inSeconds(60) } }),
    );
    const words = await request.until(nora, "⏸️ Fastly's rate limit is reached");
    expect(words).toContain('The next attempt is due');
    expect(request.buttons(await nora.sees())).toEqual([]);
    await client.advanceClock(61_000);
    await pass(61_000);
    await request.until(nora, '✅ Deleted');
    const thread = await request.untilInThread(nora, 'was deleted');
    expect(thread.filter((reply) => reply.includes('⏸️'))).toHaveLength(1);
    expect(await deletions(client)).toEqual([PATH, PATH]);
  });
});

/** Fastly refuses the deletion, once. */
function refusal(status: number, msg: string, detail: string): FastlyFaults['fail'] {
  return { match: 'DELETE /user/', status, body: JSON.stringify({ msg, detail }), times: 1 };
}
