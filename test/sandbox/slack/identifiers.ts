import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A Slack id: a kind's letters, then ten capitals and digits, such as `V0A1B2C3D4E`. */
export function newId(kind: string): string {
  return kind + [...randomBytes(10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

export function newSecret(bytes = 16): string {
  return randomBytes(bytes).toString('hex');
}

/** The id Slack gives a block or an element that came without one: five characters. */
export function newBlockId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
