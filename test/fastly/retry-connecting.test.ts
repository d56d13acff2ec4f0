import diagnostics from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fastly } from '../sandbox/fastly/server.ts';
import { ALL } from './operations.ts';
import { failureOf, linesOnceThereAre, startAccount } from './start.ts';

/** Runs `react` for each refused connection to the account, as undici reports it, before the client hears of it. */
function onRefusedConnection(account: Fastly, react: () => void): void {
  const { port } = new URL(account.url);
  const listener = (message: unknown) => {
    if (JSON.stringify(message, ['connectParams', 'port', 'host']).includes(port)) react();
  };
  diagnostics.subscribe('undici:client:connectError', listener);
  onTestFinished(() => {
    diagnostics.unsubscribe('undici:client:connectError', listener);
  });
}

describe.each(ALL)('$name, when it cannot connect', ({ name, call, line }) => {
  it('tries three times, then says that nothing was sent', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ down: true });
    let refused = 0;
    onRefusedConnection(account, () => {
      refused += 1;
    });
    expect(await failureOf(call(client))).toMatchObject({
      kind: 'cut_off',
      operation: name,
      status: null,
      mayHaveBeenCarriedOut: false,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(refused).toBe(3);
    expect(account.calls()).toEqual([]);
  });

  it('succeeds when Fastly comes up in between', async () => {
    const { account, client } = await startAccount();
    account.setFaults({ down: true });
    onRefusedConnection(account, () => account.setFaults({ down: false }));
    await call(client);
    expect(await linesOnceThereAre(account, 1)).toEqual([line]);
  });
});
