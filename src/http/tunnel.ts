import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { certificateProblem, codeOf, ProxyFailed } from './connection-problem.ts';
import type { Destination, HttpProxy } from './proxies.ts';

/**
 * A connection to `destination` through the proxy, opened with CONNECT (RFC 9110, 9.3.6). Plain HTTP goes through one,
 * too, so that a proxy's refusal is never taken for an answer of Slack or Fastly.
 *
 * @param within how long the proxy may take, in milliseconds
 * @throws {ProxyFailed}
 */
export function openTunnel(
  proxy: HttpProxy,
  { host, port }: Pick<Destination, 'host' | 'port'>,
  within: number,
): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const request = (proxy.secure ? secureRequest : plainRequest)({
    host: proxy.host,
    port: proxy.port,
    // Node would take the name in the header, and that is the target's.
    servername: isIP(proxy.host) === 0 ? proxy.host : '',
    method: 'CONNECT',
    path: target,
    headers: {
      host: target,
      ...(proxy.credentials && { 'proxy-authorization': proxy.credentials.reveal() }),
    },
    agent: false,
  });
  const late = setTimeout(() => request.destroy(new Error('no answer in time')), within);
  const tunnel = Promise.withResolvers<Socket>();
  request.once('connect', ({ statusCode = 0 }, socket, head) => {
    if (statusCode >= 200 && statusCode < 300) {
      if (head.length > 0) socket.unshift(head);
      return tunnel.resolve(socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_AFTER_MILLISECONDS));
    }
    socket.destroy();
    tunnel.reject(refused(proxy, target, statusCode));
  });
  request.once('error', (error) => tunnel.reject(unreachable(proxy, error)));
  request.end();
  return tunnel.promise.finally(() => clearTimeout(late));
}

/** As undici has it for connections of its own. */
const KEEP_ALIVE_AFTER_MILLISECONDS = 60_000;

const LATER = 'The bot goes on by itself.';

function refused({ variable, credentials }: HttpProxy, target: string, status: number): ProxyFailed {
  switch (status) {
    case 407:
      return credentials === null
        ? new ProxyFailed(
            'the proxy asks for a user and a password (407)',
            `Add them to ${variable}, as in http://user:password@proxy.example.com:3128, and start the bot again.`,
          )
        : new ProxyFailed(
            'the proxy refuses its user or password (407)',
            `Correct the user and the password in ${variable} and start the bot again. Write special characters as in a URL, such as %40 for @.`,
          );
    case 401:
    case 403:
    case 405:
      return new ProxyFailed(
        `the proxy doesn't allow ${target} (${status})`,
        `Have the proxy allow CONNECT to ${target}, or add the host to NO_PROXY if the bot may reach it directly.`,
      );
    case 500:
    case 502:
    case 503:
    case 504:
      return new ProxyFailed(
        `the proxy can't reach ${target} (${status})`,
        `Check the network and the DNS of the proxy. ${LATER}`,
      );
    default:
      return new ProxyFailed(
        `the proxy doesn't connect to ${target} (${status || 'no status'})`,
        `Check that ${variable} names a proxy that takes CONNECT. ${LATER}`,
      );
  }
}

/** No answer came from the proxy. Only Node's code is told, not its message. */
function unreachable({ variable, host, port }: HttpProxy, error: unknown): ProxyFailed {
  const certificate = certificateProblem(error, "the proxy's");
  if (certificate) return new ProxyFailed(certificate.what, certificate.remedy);
  const code = codeOf(error) || 'it does not answer';
  const remedy = `Check ${variable}, and that the proxy runs. ${LATER}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new ProxyFailed(`the proxy's host ${host} has no address (${code})`, remedy);
  }
  return new ProxyFailed(`the proxy at ${host}:${port} can't be reached (${code})`, remedy);
}
