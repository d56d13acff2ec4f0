import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserId } from '../../src/fastly/user.ts';
import { connectionProblem } from '../../src/http/connection-problem.ts';
import { newNetwork } from '../support/network.ts';
import { Wire } from '../support/postgres/wire.ts';
import { portOf, standIn } from '../support/stand-in.ts';
import { answering, fastlyAt, WAYS } from './support/ways.ts';

const NAME = 'service.test';

/** What the DNS says of the one name there is, until the test ends: nothing, or addresses in that order. */
function answersOfDns(): { now: 'none' | 'silence' | string[] } {
  const answers: { now: 'none' | 'silence' | string[] } = { now: 'none' };
  const real = dns.lookup;
  const lookup: (...args: never[]) => void = (
    host: string,
    options: dns.LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
  ) => {
    if (host !== NAME) return real(host, options, callback);
    if (answers.now === 'silence') return;
    if (answers.now === 'none') {
      const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${host}`), {
        code: 'EAI_AGAIN',
        hostname: host,
      });
      return callback(error, []);
    }
    const addresses = answers.now.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    callback(null, addresses);
  };
  const spy = vi.spyOn(dns, 'lookup');
  Reflect.apply(spy.mockImplementation, spy, [lookup]);
  onTestFinished(() => spy.mockRestore());
  return answers;
}

describe.each(WAYS)('%s', (_way, call) => {
  it('is told to have no address while there is no DNS, and is reached when there is', async () => {
    const answers = answersOfDns();
    const { port } = new URL(await answering());
    const network = newNetwork();
    const error = await call('', `${NAME}:${port}`, network).catch((reason: unknown) => reason);
    expect(`${error} ${connectionProblem(error)?.what}`).toContain(`${NAME} has no address (EAI_AGAIN)`);
    answers.now = ['127.0.0.1'];
    await call('', `${NAME}:${port}`, network);
  });

  it('is reached by IPv4 where IPv6 leads nowhere', async () => {
    const answers = answersOfDns();
    const { port } = new URL(await answering());
    answers.now = ['2001:db8::1', '127.0.0.1'];
    await call('', `${NAME}:${port}`, newNetwork());
  });

  it('is reached at its new address', async () => {
    const answers = answersOfDns();
    const wire = new Wire(new URL(await answering()));
    const port = await wire.open();
    const network = newNetwork();
    answers.now = ['127.0.0.1'];
    await call('', `${NAME}:${port}`, network);
    await answering('127.0.0.2', port);
    wire.cut();
    answers.now = ['127.0.0.2'];
    await call('', `${NAME}:${port}`, network);
  });
});

it('a call that a silent DNS holds up ends, and the next one after it is answered', async () => {
  const answers = answersOfDns();
  const { port } = new URL(await answering());
  const fastly = fastlyAt(`http://${NAME}:${port}`, newNetwork(), 300);
  answers.now = 'silence';
  await expect(fastly.getCurrentUser()).rejects.toMatchObject({ kind: 'timed_out' });
  answers.now = ['127.0.0.1'];
  await fastly.getCurrentUser();
});

describe('a connection that a firewall forgot in the middle of an exchange', () => {
  it('to Fastly fails the change, and a read and the next change are answered over new ones', async () => {
    const { url } = await standIn({
      'GET /user/abc1': () => ({ id: 'abc1', login: 'nora@example.com' }),
      'PUT /user/abc1': () => {
        wire.forget();
        return { id: 'abc1', login: 'nora@example.com' };
      },
    });
    const wire = new Wire(new URL(url));
    const fastly = fastlyAt(`http://127.0.0.1:${await wire.open()}`, newNetwork(), 1_000);
    const user = UserId.parse('abc1');
    // Several connections that are kept for the next calls.
    await Promise.all([fastly.getUser(user), fastly.getUser(user), fastly.getUser(user)]);
    const change = fastly.updateUser(user, { locked: true });
    await expect(change).rejects.toMatchObject({ kind: 'timed_out', mayHaveBeenCarriedOut: true });
    await expect
      .poll(() => fastly.getUser(user).catch((error: unknown) => error))
      .toMatchObject({ id: 'abc1' });
  });
});

it('a connection is not kept idle for as long as a server may want that', async () => {
  const server = createServer((_request, response) => void response.end('{"id":"a","login":"b"}'));
  server.keepAliveTimeout = 600_000;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened = once(server, 'connection');
  await fastlyAt(
    `http://127.0.0.1:${portOf(server.address())}`,
    newNetwork({}, undefined, 100),
  ).getCurrentUser();
  const [socket] = await opened;
  await once(socket, 'close');
});
