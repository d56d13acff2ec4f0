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

/** A conversation's id: `C…` and `G…` for channels, `D…` for direct messages. */
export const ChannelId = id(/^[CGD][A-Z0-9]+$/).brand<'ChannelId'>();
export type ChannelId = z.infer<typeof ChannelId>;

const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/** A short name that people can read out, such as `K7Q2-9FMX`: for a delivery in the log, or an approval request. */
export function newReference(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}
