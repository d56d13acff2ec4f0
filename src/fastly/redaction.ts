import type { Secret } from '../secret.ts';

/**
 * A text of Fastly's without the secrets that were sent, also where it quotes them as they travelled or as a page
 * would show them. The longest goes first, as one secret can be part of another.
 */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  return secrets
    .flatMap((secret) => writings(secret.reveal()))
    .filter((each) => each !== '')
    .sort((one, other) => other.length - one.length)
    .reduce((told, each) => told.replaceAll(each, '[redacted]'), text);
}

function writings(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    new URLSearchParams({ '': secret }).toString().slice(1),
    encodeURIComponent(secret.toWellFormed()),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    base64,
    base64.replace(/=+$/, ''),
  ];
}
