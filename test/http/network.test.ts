import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { UserId } from '../../src/fastly/user.ts';
import { connectionProblem } from '../../src/http/connection-problem.ts';
import type { Network } from '../../src/http/network.ts';
import { EXPIRED, newAuthority, selfSigned } from '../support/certificates.ts';
import { startProxy } from '../support/http-proxy.ts';
import { newNetwork } from '../support/network.ts';
import { portOf } from '../support/stand-in.ts';
import { tlsFront } from '../support/tls-front.ts';
import { answering, fastlyAt, WAYS } from './support/ways.ts';

const PASSWORD = 'p@ss:w/rd';
const LOGIN = `nora:${PASSWORD}`;
const HOST = 'service.test';

/** A network with the same proxy for both schemes, and what it reports of its connections. */
function behind(url: string): { network: Network; reports: object[] } {
  const reports: object[] = [];
  const variables = { HTTPS_PROXY: new Secret(url), HTTP_PROXY: new Secret(url) };
  return { network: newNetwork(variables, (host, problem) => reports.push({ host, problem })), reports };
}

/** All that could be printed of the error with which a call fails, and what is told of it. */
async function printed(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('The call did not fail');
  return inspect([error, connectionProblem(error)], { depth: 12 });
}

/** Nothing of the user and the password, in whatever way of writing. */
const LOGIN_WRITTEN = new RegExp(
  ['nora:', 'ss:w', 'ss%3Aw', Buffer.from(LOGIN).toString('base64')].join('|'),
);

describe.each(WAYS)('%s', (_way, call) => {
  it('goes through a proxy with a user and a password', async () => {
    const proxy = await startProxy({ names: { [HOST]: await answering() }, login: LOGIN });
    await call('', HOST, behind(proxy.url).network);
    expect(proxy.tunnels).toEqual([`${HOST}:80`]);
  });

  it('goes directly to this machine, whatever proxy there is', async () => {
    const proxy = await startProxy();
    proxy.refuse(403);
    await call('', new URL(await answering()).host, behind(proxy.url).network);
    expect(proxy.tunnels).toEqual([]);
  });

  it.each([
    [407, 'the proxy refuses its user or password (407)'],
    [403, `the proxy doesn't allow ${HOST}:443 (403)`],
    [502, `the proxy can't reach ${HOST}:443 (502)`],
    [418, `the proxy doesn't connect to ${HOST}:443 (418)`],
  ])('tells the refusal %d of a proxy as that, without its password', async (status, words) => {
    const proxy = await startProxy({ login: LOGIN });
    proxy.refuse(status);
    const told = await printed(call('s', HOST, behind(proxy.url).network));
    expect(told).toContain(words);
    expect(told).not.toMatch(LOGIN_WRITTEN);
  });

  it('tells that a proxy asks for a user', async () => {
    const proxy = await startProxy({ login: LOGIN });
    const told = await printed(call('', HOST, behind(proxy.url.replace(/\/\/.*@/, '//')).network));
    expect(told).toContain('the proxy asks for a user and a password (407)');
  });

  it('tells that a proxy cannot be reached', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed.address());
    closed.close();
    const told = await printed(call('', HOST, behind(`http://nora:ss%3Aw@127.0.0.1:${port}`).network));
    expect(told).toContain(`the proxy at 127.0.0.1:${port} can't be reached (ECONNREFUSED)`);
    expect(told).not.toMatch(LOGIN_WRITTEN);
  });

  it('tells that the name of a proxy has no address', async () => {
    const told = await printed(call('', HOST, behind('http://nora:ss%3Aw@no-such-host.invalid').network));
    expect(told).toMatch(/the proxy's host no-such-host\.invalid has no address \((ENOTFOUND|EAI_AGAIN)\)/);
    expect(told).not.toMatch(LOGIN_WRITTEN);
  });

  it('tells that the certificate of a proxy is not trusted', async () => {
    const proxy = await startProxy({ certificate: selfSigned('127.0.0.1') });
    const told = await printed(call('', HOST, behind(proxy.url).network));
    expect(told).toContain("the proxy's certificate isn't trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
  });

  it.each(['directly', 'through a proxy'])('tells why a certificate is not taken, %s', async (way) => {
    const authority = newAuthority();
    const trusted = getCACertificates();
    onTestFinished(() => setDefaultCACertificates(trusted));
    const name = way === 'directly' ? 'localhost' : HOST;
    let asked: string[] = [];

    async function toldOf(certificate: ReturnType<typeof selfSigned>): Promise<string> {
      const { url, names } = await tlsFront(await answering(), certificate);
      asked = names;
      const proxy = await startProxy({ names: { [HOST]: url } });
      const host = way === 'directly' ? new URL(url).host.replace('127.0.0.1', 'localhost') : HOST;
      return await printed(call('s', host, behind(proxy.url).network));
    }

    const good = authority.certificateFor(name);
    expect(await toldOf(selfSigned(name))).toContain("isn't trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
    expect(await toldOf(good)).toContain("isn't trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)");
    expect(await toldOf({ ...good, cert: `${good.cert}${authority.cert}` })).toContain(
      "isn't trusted (SELF_SIGNED_CERT_IN_CHAIN)",
    );
    setDefaultCACertificates([...trusted, authority.cert]);
    expect(await toldOf(authority.certificateFor(name, EXPIRED))).toContain('has expired (CERT_HAS_EXPIRED)');
    expect(await toldOf(authority.certificateFor('other.test'))).toContain(
      'is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
    );
    await expect(toldOf(good)).rejects.toThrow('The call did not fail');
    expect(asked).toEqual([name]);
  });
});

it('32 calls at once have a tunnel each, which is kept for the next calls', async () => {
  const proxy = await startProxy({ names: { [HOST]: await answering() } });
  const fastly = fastlyAt(`http://${HOST}`, behind(proxy.url).network);
  const calls = () => Promise.all(Array.from({ length: 32 }, () => fastly.getUser(UserId.parse('abc1'))));
  await calls();
  const { length } = proxy.tunnels;
  expect(length).toBeGreaterThan(8);
  await calls();
  expect(proxy.tunnels.length).toBeLessThan(length + 16);
});

it('each new connection over HTTP is reported, with what a person has to mend', async () => {
  const proxy = await startProxy({ names: { [HOST]: await answering() } });
  const { network, reports } = behind(proxy.url);
  const fastly = fastlyAt(`http://${HOST}`, network);
  proxy.refuse(403);
  await printed(fastly.getCurrentUser());
  expect(reports[0]).toEqual({
    host: HOST,
    problem: { kind: 'proxy', what: expect.stringContaining('403'), remedy: expect.any(String) },
  });
  proxy.refuse(null);
  await fastly.getCurrentUser();
  expect(reports.at(-1)).toEqual({ host: HOST, problem: null });
});

it('HTTP/2 is not spoken, where a connection that was cut silently would outlive its requests', async () => {
  const authority = newAuthority();
  const trusted = getCACertificates();
  onTestFinished(() => setDefaultCACertificates(trusted));
  setDefaultCACertificates([...trusted, authority.cert]);
  const versions: string[] = [];
  const options = { ...authority.certificateFor('localhost'), allowHTTP1: true };
  const server = createSecureServer(options, ({ httpVersion }, response) => {
    versions.push(httpVersion);
    response.end('{"id":"abc1","login":"nora@example.com"}');
  });
  onTestFinished(() => void server.close());
  server.listen(0, 'localhost');
  await once(server, 'listening');
  await fastlyAt(`https://localhost:${portOf(server.address())}`, newNetwork()).getCurrentUser();
  expect(versions).toEqual(['1.1']);
});
