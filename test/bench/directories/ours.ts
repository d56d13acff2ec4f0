import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Secret } from '../../../src/config/secret.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { Network } from '../../../src/http/network.ts';
import { account } from '../clients/calls.ts';
import { serve } from '../worker.ts';
import { person, USERS } from './people.ts';
import { Request } from './protocol.ts';

const NANOSECONDS = 1_000_000;
const SEARCHES = 500;

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
  const [last] = await directory.search(person(USERS - 1).login, 1);
  return { milliseconds, longestBlock: delay.max / NANOSECONDS, users, last: last?.login };
}

/** What people type into a picker: a whole name, its parts, its beginning, a login, and what nobody is called. */
async function search() {
  const took: number[] = [];
  for (let index = 0; index < SEARCHES; index += 1) {
    const { name, login } = person((index * 3_571) % USERS);
    const [first = '', last = ''] = name.split(' ');
    const typed =
      [name, `${last} ${first.slice(0, 3)}`, last.slice(0, 4), login, `${last} nobody`][index % 5] ?? '';
    const begun = performance.now();
    await directory.search(typed, 10);
    took.push(performance.now() - begun);
  }
  return { p99: took.sort((one, other) => one - other)[Math.floor(0.99 * SEARCHES)] };
}

serve(async (request) => (Request.parse(request).kind === 'load' ? await load() : await search()));
