import { describe, expect, it } from 'vitest';
import type { FastlyFaults } from '../sandbox/control/protocol.ts';
import { CHANGES, READS } from './operations.ts';
import { failureOf, linesOnceThereAre, startAccount } from './start.ts';

/** An account at which the first `times` requests fail, or all of them. */
async function accountFailing(faults: Partial<FastlyFaults>) {
  const started = await startAccount();
  started.account.setFaults(faults);
  return started;
}
const failing = (status: number, times: number, headers: Record<string, string> = {}) =>
  accountFailing({ fail: { match: null, status, times, headers } });

describe.each(READS)('$name, which may be repeated,', ({ call, line }) => {
  const drops = ['before', 'after'] as const;

  it.each(drops)('is tried again when the connection is lost %s the work', async (when) => {
    const { account, client } = await accountFailing({ drop: { match: null, when, times: 1 } });
    await call(client);
    expect(await linesOnceThereAre(account, 2)).toEqual([line, line]);
  });

  it('is tried again when the answer does not come', async () => {
    const { account, client } = await startAccount(1_000);
    account.setFaults({ delay: { match: null, milliseconds: 60_000 } });
    const end = account.onChange(() => {
      end();
      account.setFaults({ delay: null });
    });
    await call(client);
    expect(await linesOnceThereAre(account, 2)).toEqual([line, line]);
  });

  it.each([500, 502, 503, 504])('is tried again when Fastly answers %i', async (status) => {
    const { account, client } = await failing(status, 1);
    await call(client);
    expect(await linesOnceThereAre(account, 2)).toEqual([line, line]);
  });
});

describe.each(READS.slice(0, 1))('a read such as $name', ({ call, line }) => {
  it.each(['before', 'after'] as const)(
    'fails after three attempts when the connection is lost %s the work',
    async (when) => {
      const { account, client } = await accountFailing({ drop: { match: null, when, times: 9 } });
      expect(await failureOf(call(client))).toMatchObject({ kind: 'cut_off', mayHaveBeenCarriedOut: false });
      expect(await linesOnceThereAre(account, 3)).toEqual([line, line, line]);
    },
  );

  it.each([500, 502, 503, 504])('fails after three answers of %i', async (status) => {
    const { account, client } = await failing(status, 9);
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'unavailable',
      status,
      mayHaveBeenCarriedOut: false,
    });
    expect(account.calls()).toHaveLength(3);
  });
});

describe.each(CHANGES)('$name, which is never repeated blindly,', ({ name, call, line }) => {
  it.each(['before', 'after'] as const)(
    'fails at once when the connection is lost %s the work',
    async (when) => {
      const { account, client } = await accountFailing({ drop: { match: null, when, times: 1 } });
      expect(await failureOf(call(client))).toMatchObject({
        kind: 'cut_off',
        operation: name,
        mayHaveBeenCarriedOut: true,
      });
      expect(await linesOnceThereAre(account, 1)).toEqual([line]);
    },
  );

  it('fails when the answer does not come in time', async () => {
    const { account, client } = await startAccount(1_000);
    account.setFaults({ delay: { match: line, milliseconds: 60_000 } });
    await client.getCurrentUser();
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'timed_out',
      operation: name,
      mayHaveBeenCarriedOut: true,
    });
    expect(await linesOnceThereAre(account, 2)).toEqual(['GET /current_user', line]);
  });

  it.each([500, 502, 503, 504])('fails at once when Fastly answers %i', async (status) => {
    const { account, client } = await failing(status, 1);
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'unavailable',
      status,
      mayHaveBeenCarriedOut: true,
    });
    expect(account.calls()).toHaveLength(1);
  });
});
