import { randomInt } from 'node:crypto';
import { z } from 'zod';

const id = (form: RegExp) => z.string().regex(form);

/** A Slack member's id: `U…`, or `W…` in an Enterprise organisation. */
export const MemberId = id(/^[UW][A-Z0-9]+$/).brand<'MemberId'>();
export type MemberId = z.infer<typeof MemberId>;

/** A workspace's id, `T…`. */
export const TeamId = id(/^T[A-Z0-9]+$/).brand<'TeamId'>();
export type TeamId = z.infer<typeof TeamId>;

/** An Enterprise organisation's id, `E…`. */
export const EnterpriseId = id(/^E[A-Z0-9]+$/).brand<'EnterpriseId'>();
export type EnterpriseId = z.infer<typeof EnterpriseId>;

/** A user group's id, `S…`. */
export const UserGroupId = id(/^S[A-Z0-9]+$/).brand<'UserGroupId'>();
export type UserGroupId = z.infer<typeof UserGroupId>;

/** A conversation's id: `C…` and `G…` for channels, `D…` for direct messages. */
export const ChannelId = id(/^[CGD][A-Z0-9]+$/).brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;

/** An entry of the audit log: its number and its hash. The last one is the log's head. */
export type AuditHead = { seq: number; hash: string };

/** `N:HASH`, which `parseHead` reads. */
export function headText({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`;
}

/** Null for anything but `N:HASH`. */
export function parseHead(text: string): AuditHead | null {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash: hash.toLowerCase() };
}

const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** A short name that people can read out, such as `K7Q2-9FMX`: for a delivery in the log, or an approval request. */
export function newReference(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}
