import { onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { FastlyClient } from '../../src/fastly/client.ts';
import { type FastlyError, isFastlyError } from '../../src/fastly/errors.ts';
import { CustomerId, UserId } from '../../src/fastly/user.ts';
import { type Fastly, startFastly } from '../sandbox/fastly/server.ts';
import { newNetwork } from '../support/network.ts';

/** A Fastly account of the test's own and a client for it; both end with the test. */
export async function startAccount(timeout = 10_000): Promise<{ account: Fastly; client: FastlyClient }> {
  const account = await startFastly();
  onTestFinished(() => account.close());
  return { account, client: clientFor(account.url, account.token, timeout) };
}

export function clientFor(baseUrl: string, token = 'test-token', timeout = 10_000): FastlyClient {
  return new FastlyClient({
    token: new Secret(token),
    baseUrl,
    timeout,
    dispatcher: newNetwork().dispatcher,
  });
}

export const userId = (user: { id: string }): UserId => UserId.parse(user.id);
export const customerId = (text: string): CustomerId => CustomerId.parse(text);

/** The error with which a call fails; that it does fail is demanded. */
export async function failureOf(call: Promise<unknown>): Promise<FastlyError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isFastlyError(error)) return error;
  throw new Error('The call did not fail with a FastlyError', { cause: error });
}

/** Method and path of what the account received, once there are as many as that. */
export async function linesOnceThereAre(account: Fastly, count: number): Promise<string[]> {
  const lines = () => account.calls().map(({ method, path }) => `${method} ${path}`);
  if (lines().length < count) {
    await new Promise<void>((resolve) => {
      const end = account.onChange(() => {
        if (lines().length < count) return;
        end();
        resolve();
      });
    });
  }
  return lines();
}
