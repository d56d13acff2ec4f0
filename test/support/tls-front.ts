import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';
import { portOf } from './stand-in.ts';

export type TlsFront = {
  url: string;
  /** Which name each client that got through asked for, empty for none (RFC 6066). */
  names: string[];
};

/** Speaks TLS in front of the service at `origin` until the test ends. */
export async function tlsFront(origin: string, certificate: Certificate): Promise<TlsFront> {
  const { hostname, port } = new URL(origin);
  const ends = new Set<Duplex>();
  const names: string[] = [];
  const server = createServer(certificate, (near) => {
    const far = connect(Number(port), hostname);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
    ends.add(near);
    names.push('servername' in near && typeof near.servername === 'string' ? near.servername : '');
  });
  // A client that does not trust the certificate hangs up.
  server.on('tlsClientError', () => {});
  onTestFinished(() => {
    server.close();
    for (const end of ends) end.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${portOf(server.address())}`, names };
}
