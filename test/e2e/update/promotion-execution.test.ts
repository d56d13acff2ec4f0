import { describe, expect, it } from 'vitest';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults, JsonObject } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { askForUpdate, inFastly, updateOf, updates } from '../support/altering.ts';
import { type RequestMessage, untilTold } from '../support/approving.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const PROMOTED = updateOf(ENGINEER, { role: 'superuser' });

/** Nora asks for a promotion, and Tomás approves it after `meanwhile`. */
async function approvedAfter(
  { client }: Workplace,
  meanwhile: () => Promise<unknown>,
): Promise<RequestMessage> {
  const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
  await meanwhile();
  await request.take(client.as(TOMAS), 'approve');
  return request;
}

describe('an approved promotion', () => {
  it.each<{ what: string; now: JsonObject; why: string }>([
    { what: 'role', now: { role: 'billing' }, why: 'the role was engineer and is now billing' },
    { what: 'lock', now: { locked: true }, why: 'the lock was not locked and is now locked' },
    { what: 'name', now: { name: 'Edda S.' }, why: 'the name was Edda Morton and is now Edda S.' },
    { what: 'login', now: { login: 'edda@example.com' }, why: 'and is now edda@example.com' },
    { what: 'limit', now: { limit_services: true }, why: 'Limited services was no and is now yes' },
    {
      what: 'need of a password',
      now: { require_new_password: true },
      why: 'Password change required was no and is now yes',
    },
    {
      what: 'role, to what was asked for,',
      now: { role: 'superuser' },
      why: 'the role was engineer and is now Fastly superuser',
    },
  ])("is not made when the user's $what changed meanwhile", async ({ now, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await approvedAfter(workplace, () => client.putFastlyUsers([{ ...ENGINEER, ...now }]));
    expect(await request.until(client.as(NORA), '⛔')).toContain(why);
    expect(await untilTold(client.as(NORA), "wasn't promoted to Fastly superuser", 'direct')).toContain(why);
    expect(request.buttons(await client.as(NORA).sees())).toEqual([]);
    expect(await updates(client)).toEqual([]);
  });

  it('is made when what was not set is now no, which is the same', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const now = { ...ENGINEER, require_new_password: false, limit_services: null };
    const request = await approvedAfter(workplace, () => client.putFastlyUsers([now]));
    await request.until(client.as(NORA), '✅ Promoted');
  });

  it('is not made when the user is gone', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await approvedAfter(workplace, () => client.removeFastlyUser(ENGINEER.id));
    await request.until(client.as(NORA), 'The user no longer exists in Fastly');
    expect(await updates(client)).toEqual([]);
  });

  it.each<{ when: string; faults: Partial<FastlyFaults>; calls: number; found: boolean }>([
    {
      when: 'the answer is lost',
      faults: { drop: { match: 'PUT', when: 'after', times: 1 } },
      calls: 1,
      found: true,
    },
    {
      when: 'the connection breaks before it is made',
      faults: { drop: { match: 'PUT', when: 'before', times: 1 } },
      calls: 2,
      found: false,
    },
    {
      when: 'Fastly answers 503 once',
      faults: { fail: { match: 'PUT', status: 503, times: 1 } },
      calls: 2,
      found: false,
    },
  ])('is made once when $when, having looked', async ({ faults, calls, found }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await approvedAfter(workplace, () => client.fastlyFaults(faults));
    await request.until(client.as(NORA), '✅ Promoted');
    expect(await updates(client)).toEqual(Array.from({ length: calls }, () => PROMOTED));
    const told = await untilTold(client.as(NORA), 'was promoted to Fastly superuser', 'direct');
    expect(told.includes('A check confirmed the change')).toBe(found);
  });

  it('waits until the limit that is used up is over', async () => {
    const { variables, pass } = await databaseWithClock();
    const workplace = await startWorkplace(DELIVERY, variables);
    const { client } = workplace;
    const reset = Math.floor(Date.now() / 1000) + 60;
    const request = await approvedAfter(workplace, () => client.fastlyFaults({ rateLimitUsedUp: { reset } }));
    await request.until(client.as(NORA), "⏸️ Fastly's rate limit is reached");
    await client.fastlyFaults({ rateLimitUsedUp: null });
    await pass(61_000);
    await request.until(client.as(NORA), '✅ Promoted');
  });

  it('can be retried by any superuser after Fastly refused it', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const body = '{"msg":"Record invalid","detail":"Role is not to be had"}';
    const request = await approvedAfter(workplace, () =>
      client.fastlyFaults({ fail: { match: 'PUT', status: 400, body, times: 1 } }),
    );
    const failed = await request.until(client.as(NORA), "wasn't promoted to Fastly superuser");
    expect(failed).toContain('Role is not to be had');
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['retry', 'cancel']);
    await request.click(client.as(TOMAS), 'retry');
    await request.until(client.as(NORA), '✅ Promoted');
    expect((await inFastly(client, ENGINEER))?.role).toBe('superuser');
  });

  it('is said to be unclear where Fastly answers that something else is the case', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const body = JSON.stringify(ENGINEER);
    const request = await approvedAfter(workplace, () =>
      client.fastlyFaults({ fail: { match: 'PUT', status: 200, body, times: 1 } }),
    );
    const words = await request.until(
      client.as(NORA),
      "It's unclear whether Edda Morton was promoted to Fastly superuser",
    );
    expect(words).toContain(
      'The user is unchanged. The change may still take effect. Check again before you retry.',
    );
  });
});
