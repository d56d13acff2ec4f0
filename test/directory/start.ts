import { expect, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { Directory } from '../../src/directory/directory.ts';
import { FastlyClient } from '../../src/fastly/client.ts';
import type { JsonObject } from '../sandbox/control/protocol.ts';
import { startFastly } from '../sandbox/fastly/server.ts';
import { completeUser } from '../sandbox/fastly/user.ts';
import { newNetwork } from '../support/network.ts';

/** A directory over an account of the test's own, with a clock that the test sets. */
export async function startDirectory(users: readonly JsonObject[] = []) {
  const account = await startFastly();
  onTestFinished(() => account.close());
  account.putUsers(users);
  const client = new FastlyClient({
    token: new Secret(account.token),
    baseUrl: account.url,
    timeout: 60_000,
    dispatcher: newNetwork().dispatcher,
  });
  const clock = { now: 0 };
  return { account, client, clock, directory: new Directory(client, () => clock.now) };
}

export const person = (id: string, name: string, login: string): JsonObject => ({
  ...completeUser({ id, name, login }),
});

/** Some of an account of so many users are found, and nobody who is not there. */
export async function expectToFindEachOf(count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, index) =>
    person(`u${index}`, `Person Number ${index}`, `p${index}@many.example`),
  );
  const { directory } = await startDirectory(people);
  for (const index of [0, 1, 777, count - 1]) {
    expect((await directory.search(`p${index}@many.example`, 3))[0]?.id).toBe(`u${index}`);
    expect(await directory.find(`Person Number ${index}`, 'change', 3)).toMatchObject({
      kind: 'certain',
      user: { id: `u${index}` },
    });
  }
  expect(await directory.search('person', 100)).toHaveLength(100);
  expect(await directory.find('no such person', 'look', 3)).toEqual({ kind: 'none' });
}
