import { BlockList, isIP } from 'node:net';
import { Secret } from '../config/secret.ts';

/** A proxy, as its variable names it. `credentials` is the value of `Proxy-Authorization`. */
export type HttpProxy = {
  variable: 'HTTPS_PROXY' | 'HTTP_PROXY';
  /** Whether the proxy itself is spoken to over TLS. */
  secure: boolean;
  host: string;
  port: number;
  credentials: Secret | null;
};

/** The variables; each proxy is a whole URL. */
export type ProxyVariables = {
  HTTPS_PROXY?: Secret | undefined;
  HTTP_PROXY?: Secret | undefined;
  NO_PROXY?: string | undefined;
};

/** `host` has no brackets. */
export type Destination = { secure: boolean; host: string; port: number };

export class Proxies {
  readonly #secure: HttpProxy | null;
  readonly #plain: HttpProxy | null;
  readonly #direct: readonly Direct[];
  readonly any: boolean;

  constructor({ HTTPS_PROXY, HTTP_PROXY, NO_PROXY = '' }: ProxyVariables) {
    this.#secure = HTTPS_PROXY ? proxyAt(HTTPS_PROXY, 'HTTPS_PROXY') : null;
    this.#plain = HTTP_PROXY ? proxyAt(HTTP_PROXY, 'HTTP_PROXY') : null;
    this.#direct = NO_PROXY.split(/[\s,]+/)
      .filter((entry) => entry !== '')
      .map(directBy);
    this.any = this.#secure !== null || this.#plain !== null;
  }

  /** Null: it is connected to directly, as this machine itself always is. */
  for(destination: Destination): HttpProxy | null {
    const host = plainName(destination.host);
    if (isThisMachine(host) || this.#direct.some((isDirect) => isDirect(host, destination.port))) return null;
    return destination.secure ? this.#secure : this.#plain;
  }
}

function proxyAt(secret: Secret, variable: HttpProxy['variable']): HttpProxy {
  const { protocol, hostname, port, username, password } = new URL(secret.reveal());
  const secure = protocol === 'https:';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    variable,
    secure,
    host: hostname.replace(/^\[(.+)\]$/, '$1'),
    port: Number(port) || (secure ? 443 : 80),
    credentials: username === '' ? null : new Secret(`Basic ${Buffer.from(login).toString('base64')}`),
  };
}

type Direct = (host: string, port: number) => boolean;

/** `*`, a domain with its subdomains, `*.` a domain's subdomains alone, an address, or a range such as 10.0.0.0/8. */
function directBy(entry: string): Direct {
  const [, address = '', prefix = ''] = /^\[?([^[\]]+)\]?\/(\d+)$/.exec(entry) ?? [];
  const range = rangeOf(address, Number(prefix));
  if (range) return (host) => isIn(range, host);
  const [, named = entry, wanted = ''] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  const name = plainName(named.replace(/^\[(.+)\]$/, '$1'));
  const domain = name.replace(/^\*?\./, '');
  const fits = (host: string) =>
    name === '*' || host.endsWith(`.${domain}`) || (host === domain && !name.startsWith('*.'));
  return (host, port) => (wanted === '' || Number(wanted) === port) && fits(host);
}

function rangeOf(address: string, prefix: number): BlockList | null {
  const family = familyOf(address);
  if (family === null || prefix > (family === 'ipv4' ? 32 : 128)) return null;
  const range = new BlockList();
  range.addSubnet(address, prefix, family);
  return range;
}

const THIS_MACHINE = new BlockList();
THIS_MACHINE.addSubnet('127.0.0.0', 8, 'ipv4');
THIS_MACHINE.addAddress('0.0.0.0', 'ipv4');
THIS_MACHINE.addAddress('::1', 'ipv6');
THIS_MACHINE.addAddress('::', 'ipv6');

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isIn(THIS_MACHINE, host);
}

function isIn(range: BlockList, host: string): boolean {
  const family = familyOf(host);
  return family !== null && range.check(host, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const family = isIP(address);
  return family === 0 ? null : family === 4 ? 'ipv4' : 'ipv6';
}

/** A fully qualified name may end with a dot. */
function plainName(host: string): string {
  return host.toLowerCase().replace(/(.)\.$/, '$1');
}
