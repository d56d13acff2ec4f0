import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';
import { portOf } from './stand-in.ts';

export type ProxyOptions = {
  /** Which name leads to which origin, whatever the port: names under `.test`, which nothing else resolves. */
  names?: Record<string, string>;
  /** `user:password`, which it wants to be told. */
  login?: string;
  /** It is spoken to over TLS. */
  certificate?: Certificate;
};

export type TestProxy = {
  /** With the login in it. */
  url: string;
  names: Record<string, string>;
  /** Every target that a tunnel was asked for, in order. */
  tunnels: string[];
  /** Answers with this status from now on, for all names or for one; null: lets everybody through again. */
  refuse(status: number | null, name?: string): void;
  /** Breaks every tunnel. */
  cut(): void;
  /** Carries nothing more through the tunnels there are, as a firewall that forgot them; new ones are whole. */
  forget(): void;
};

/** A company's proxy: takes CONNECT, and resolves the names itself. It ends with the test. */
export async function startProxy({ names = {}, login, certificate }: ProxyOptions = {}): Promise<TestProxy> {
  const tunnels: string[] = [];
  const ends = new Set<Duplex>();
  let refusal: { status: number | null; name?: string | undefined } = { status: null };
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;

  function statusFor(request: IncomingMessage): number {
    if (request.headers['proxy-authorization'] !== wanted) return 407;
    const isMeant = refusal.name === undefined || request.url?.startsWith(`${refusal.name}:`);
    return (isMeant ? refusal.status : null) ?? 200;
  }

  function onConnect(request: IncomingMessage, near: Duplex): void {
    tunnels.push(request.url ?? '');
    ends.add(near);
    near.on('error', () => near.destroy());
    const status = statusFor(request);
    const origin = names[request.url?.replace(/:\d+$/, '') ?? ''];
    const answer = (code: number) => `HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n\r\n`;
    if (status !== 200) return void near.end(answer(status));
    if (origin === undefined) return void near.end(answer(502));
    const { hostname, port } = new URL(origin);
    const far: Socket = connect(Number(port), hostname, () => {
      near.write(answer(200));
      near.pipe(far).pipe(near);
    });
    ends.add(far);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  }

  const server = certificate ? createSecureServer(certificate) : createServer();
  server.on('connect', onConnect);
  // The bot sends no request to a proxy but CONNECT.
  server.on('request', (_request, response) => void response.writeHead(501).end());
  const cut = () => {
    for (const end of ends) end.destroy();
    ends.clear();
  };
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    cut();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `127.0.0.1:${portOf(server.address())}`;
  const [user = '', password = ''] = (login ?? '').split(/:(.*)/);
  const credentials =
    login === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return {
    url: `${certificate ? 'https' : 'http'}://${credentials}${at}`,
    names,
    tunnels,
    refuse: (status, name) => {
      refusal = { status, name };
    },
    cut,
    forget: () => {
      for (const end of ends) end.unpipe().pause();
    },
  };
}
