import type { JsonObject, SeenMessage } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { wordsOf } from './seeing.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];
export const DAY = 24 * HOUR;

/** A moment that many milliseconds from now, as Fastly writes it. */
export const fromNow = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

/** Used four hours ago, for three services. */
export const CI_PURGE = {
  id: 'ciPurge1',
  user_id: ENGINEER.id,
  name: 'ci-purge',
  scope: 'purge_all',
  services: ['s1', 's2', 's3'],
  created_at: fromNow(-300 * DAY),
  last_used_at: fromNow(-4.5 * HOUR),
};
/** Unused for 400 days, and global. */
export const LAPTOP = {
  id: 'laptop1',
  user_id: ENGINEER.id,
  name: 'laptop',
  created_at: fromNow(-500 * DAY),
  last_used_at: fromNow(-400.5 * DAY),
};
export const SESSION = {
  id: 'session1',
  user_id: ENGINEER.id,
  name: 'manage.fastly.com browser session',
  created_at: fromNow(-MINUTE),
  expires_at: fromNow(DAY / 2),
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
};
/** Fastly lists it although its time is over. */
export const EXPIRED = {
  id: 'expired1',
  user_id: ENGINEER.id,
  name: 'old-ci',
  created_at: fromNow(-60 * DAY),
  expires_at: fromNow(-DAY),
};

/** The words in each row of a message's table, the header left out. */
export function tokenRows({ blocks }: SeenMessage): string[] {
  const table: JsonObject | undefined = blocks.find(({ type }) => type === 'data_table' || type === 'table');
  const rows = table?.rows;
  return Array.isArray(rows) ? rows.slice(1).map((row) => wordsOf(row).replaceAll('  ', ' ').trim()) : [];
}
