import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** As Node's TLS servers take them, in PEM. */
export type Certificate = { key: string; cert: string };

/** Certificates of an authority that nobody knows, made when they are needed. */
export type Authority = {
  /** Its own certificate, in PEM. */
  cert: string;
  certificateFor(host: string, validity?: Validity): Certificate;
};
export type Validity = { from: Date; until: Date };

const DAY_MILLISECONDS = 86_400_000;
const days = (count: number) => new Date(Date.now() + count * DAY_MILLISECONDS);
const VALID: Validity = { from: days(-1), until: days(30) };
export const EXPIRED: Validity = { from: days(-30), until: days(-1) };

export function newAuthority(): Authority {
  const name = 'Test Authority';
  const { publicKey, privateKey } = newKeys();
  const own = certificate({ subject: name, issuer: name, publicKey, signer: privateKey, validity: VALID });
  return {
    cert: own,
    certificateFor: (host, validity = VALID) => {
      const keys = newKeys();
      const parts = { subject: host, issuer: name, host, publicKey: keys.publicKey, validity };
      return { key: pem(keys.privateKey), cert: certificate({ ...parts, signer: privateKey }) };
    },
  };
}

/** A certificate that its own key has signed. */
export function selfSigned(host: string): Certificate {
  const { publicKey, privateKey } = newKeys();
  const parts = { subject: host, issuer: host, host, publicKey, validity: VALID };
  return { key: pem(privateKey), cert: certificate({ ...parts, signer: privateKey }) };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }));

type Parts = {
  subject: string;
  issuer: string;
  /** Without one it is an authority's. */
  host?: string;
  publicKey: KeyObject;
  signer: KeyObject;
  validity: Validity;
};

/** RFC 5280, as far as it is needed here. */
function certificate({ subject, issuer, host, publicKey, signer, validity }: Parts): string {
  const extension =
    host === undefined
      ? sequence(oid('551d13'), der(0x01, [0xff]), der(0x04, sequence(der(0x01, [0xff]))))
      : sequence(oid('551d11'), der(0x04, sequence(alternativeName(host))));
  const signed = sequence(
    der(0xa0, der(0x02, [2])),
    der(0x02, [1, ...randomBytes(8)]),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(time(validity.from), time(validity.until)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, [0], sign('sha256', signed, signer));
  const text = sequence(signed, ECDSA_WITH_SHA256, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host));
}

function der(tag: number, ...contents: (Buffer | number[])[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function oid(hexadecimal: string): Buffer {
  return der(0x06, Buffer.from(hexadecimal, 'hex'));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

/** `YYMMDDhhmmssZ`. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));
}

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
