import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { Proxies } from '../../src/http/proxies.ts';

const FOR_HTTPS = new Secret('http://nora:s%40fe@proxy.test:3128');
const FOR_HTTP = new Secret('https://plain.test');

/** Whether a connection goes directly although there is a proxy. */
function isDirect(address: string, NO_PROXY?: string): boolean {
  const { protocol, hostname, port } = new URL(address);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[(.+)\]$/, '$1');
  const proxies = new Proxies({ HTTPS_PROXY: FOR_HTTPS, HTTP_PROXY: FOR_HTTP, NO_PROXY });
  return proxies.for({ secure, host, port: Number(port) || (secure ? 443 : 80) }) === null;
}

describe('a connection', () => {
  it('goes through the proxy of its scheme', () => {
    const proxies = new Proxies({ HTTPS_PROXY: FOR_HTTPS, HTTP_PROXY: FOR_HTTP });
    expect(proxies.for({ secure: true, host: 'slack.com', port: 443 })).toMatchObject({
      variable: 'HTTPS_PROXY',
      secure: false,
      host: 'proxy.test',
      port: 3128,
    });
    expect(proxies.for({ secure: false, host: 'slack.com', port: 80 })).toMatchObject({
      variable: 'HTTP_PROXY',
      secure: true,
      host: 'plain.test',
      port: 443,
    });
  });

  it('goes directly where its scheme has no proxy', () => {
    const plain = { secure: false, host: 'slack.com', port: 80 };
    expect(new Proxies({ HTTPS_PROXY: FOR_HTTPS }).for(plain)).toBeNull();
    expect(new Proxies({ HTTP_PROXY: FOR_HTTP }).for({ ...plain, secure: true })).toBeNull();
  });

  it.each([
    'http://localhost:4000',
    'http://bot.localhost',
    'https://127.0.0.1',
    'https://127.9.8.7',
    'http://[::1]:80',
    'http://[::ffff:127.0.0.1]',
    'http://0.0.0.0',
  ])('to this machine is direct: %s', (address) => {
    expect(isDirect(address)).toBe(true);
  });

  it.each([
    ['https://api.fastly.com', '*'],
    ['https://api.fastly.com', 'example.com, FASTLY.com'],
    ['https://api.fastly.com', 'api.fastly.com.'],
    ['https://api.fastly.com', '.fastly.com slack.com'],
    ['https://api.fastly.com', '*.fastly.com'],
    ['https://fastly.com', '.fastly.com'],
    ['https://api.fastly.com', 'fastly.com:443'],
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://[2001:db8::1]', '2001:db8::/32'],
    ['https://[2001:db8::1]:8443', '[2001:db8::1]:8443'],
    ['https://[2001:db8::1]', '2001:db8::1'],
  ])('to %s is direct with NO_PROXY=%s', (address, noProxy) => {
    expect(isDirect(address, noProxy)).toBe(true);
  });

  it.each([
    ['https://api.fastly.com', ''],
    ['https://api.fastly.com', ' , '],
    ['https://api.fastly.com', 'astly.com'],
    ['https://fastly.com', '*.fastly.com'],
    ['https://api.fastly.com', 'fastly.com:80'],
    ['https://api.fastly.com.evil.test', 'fastly.com'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.0.0.0/99'],
    ['https://localhost.example.com', ''],
    ['https://128.0.0.1', ''],
  ])('to %s goes through the proxy with NO_PROXY=%s', (address, noProxy) => {
    expect(isDirect(address, noProxy)).toBe(false);
  });
});

it('a proxy sends its user and password decoded, and prints neither', () => {
  const proxy = new Proxies({ HTTPS_PROXY: FOR_HTTPS }).for({ secure: true, host: 'slack.com', port: 443 });
  const sent = Buffer.from(proxy?.credentials?.reveal().replace('Basic ', '') ?? '', 'base64');
  expect(String(sent)).toBe('nora:s@fe');
  expect(`${inspect(proxy)}${JSON.stringify(proxy)}`).not.toMatch(/nora|s@fe|s%40fe/);
});
