import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Secret } from '../../../src/config/secret.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { Network } from '../../../src/http/network.ts';
import { account } from '../clients/calls.ts';
import { serve } from '../worker.ts';
import { Request } from './protocol.ts';

const NANOSECONDS = 1_000_000;
const SEARCHES = 1_000;

const client = new FastlyClient({
  token: new Secret(account.token),
  baseUrl: account.url,
  timeout: 60_000,
  dispatcher: new Network({}).dispatcher,
});
const directory = new Directory(client);

async function load() {
  directory.usersChanged();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(20);
  delay.reset();
  const begun = performance.now();
  await directory.search('', 1);
  const milliseconds = performance.now() - begun;
  await pause(20);
  delay.disable();
  const { users } = await directory.figures();
  const [last] = await directory.search('p099999@many.example', 1);
  return { milliseconds, longestBlock: delay.max / NANOSECONDS, users, last: last?.login };
}

/** What people type: a part of a name, of a login, several words, and what nobody is called. */
async function search() {
  const took: number[] = [];
  for (let index = 0; index < SEARCHES; index += 1) {
    const number = String((index * 7_919) % 100_000).padStart(6, '0');
    const typed = [`number ${number}`, `p${number}@`, `person ${number.slice(2)}`, `nobody ${number}`][
      index % 4
    ];
    const begun = performance.now();
    await directory.search(typed ?? '', 10);
    took.push(performance.now() - begun);
  }
  return { p99: took.sort((one, other) => one - other)[Math.floor(0.99 * SEARCHES)] };
}

serve(async (request) => (Request.parse(request).kind === 'load' ? await load() : await search()));
