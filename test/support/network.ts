import { onTestFinished } from 'vitest';
import { Network, type OnConnection } from '../../src/http/network.ts';
import type { ProxyVariables } from '../../src/http/proxies.ts';

/** How a test's parts leave this machine, without a proxy unless it is given one; its connections end with the test. */
export function newNetwork(
  variables: ProxyVariables = {},
  onConnection?: OnConnection,
  longestIdle?: number,
): Network {
  const network = new Network(variables, onConnection, longestIdle);
  onTestFinished(() => network.close());
  return network;
}
