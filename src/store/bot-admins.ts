import { z } from 'zod';
import { MemberId, UserGroupId } from '../ids.ts';
import type { Engine } from './engine.ts';
import { Leases } from './leases.ts';
import type { Transaction } from './store.ts';
import type { Database } from './tables.ts';

/** How a member got access, through user groups or by id, or why they have none. */
const Details = z.object({
  through: z.array(UserGroupId),
  why: z.enum(['removed', 'deactivated', 'guest', 'bot', 'nobody', 'elsewhere']).nullable(),
});
export type BotAdminDetails = z.infer<typeof Details>;

/** That somebody can use the bot from now on, or not any more. */
export type BotAdminChange = { member: MemberId; able: boolean } & BotAdminDetails;

/** The same of somebody on the list; `able` is null where nobody knows. */
export type FoundBotAdmin = Omit<BotAdminChange, 'able'> & { able: boolean | null };

export const botAdminLeases = new Leases('bot_admins', { key: 'member', due: 'tell_at' });

const RECORDED = 'bot admins recorded';

/**
 * Records who can use the bot, and audits and returns each change since it was recorded last. The first list ever is
 * only recorded. Members of whom nobody knows whether they are able stay as they are.
 *
 * @param complete whether everybody who is not found is off the list
 * @param readFrom when Slack began to be asked, by the database's clock: what another process recorded since is newer
 */
export async function recordBotAdmins(
  transaction: Transaction,
  found: readonly FoundBotAdmin[],
  { readFrom, complete }: { readFrom: number; complete: boolean },
): Promise<BotAdminChange[]> {
  const { database } = transaction;
  const before = await database
    .selectFrom('account_lock')
    .select('name')
    .where('name', '=', RECORDED)
    .executeTakeFirst();
  // Processes take turns from here on.
  await database
    .insertInto('account_lock')
    .values({ name: RECORDED, holder: null, held_until: 0 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ held_until: 0 }))
    .execute();
  const now = await transaction.now();
  const rows = await database.selectFrom('bot_admins').selectAll().execute();
  const known = new Map(rows.map((row) => [row.member, row]));
  const listed = new Set<string>(found.map(({ member }) => member));
  const gone = complete ? rows.filter(({ member, able }) => able === 1 && !listed.has(member)) : [];
  const removed = { able: false, through: [], why: 'removed' } as const;
  const changes = [
    ...found.flatMap(({ able, ...each }) => (able === null ? [] : [{ ...each, able }])),
    ...gone.map(({ member }) => ({ ...removed, member: MemberId.parse(member), through: [] })),
  ].filter(({ member, able }) => {
    const row = known.get(member);
    return row === undefined ? able : (row.able === 1) !== able && row.changed_at <= readFrom;
  });
  const told = before === undefined;
  for (const { member, able, through, why } of changes) {
    const row = {
      member,
      able: able ? 1 : 0,
      details: JSON.stringify({ through, why }),
      changed_at: now,
      tell_at: told ? null : now,
    };
    await database
      .insertInto('bot_admins')
      .values(row)
      .onConflict((conflict) => conflict.column('member').doUpdateSet(row))
      .execute();
  }
  if (told) return [];
  for (const { member, able, through, why } of changes) {
    await transaction.audit({
      actor: null,
      change: 'bot-admin',
      event: able ? 'added' : 'removed',
      target: null,
      details: { member, through, ...(why !== null && { why }) },
    });
  }
  return changes;
}

/** The members whose latest change is to be told, by at most `limit`. */
export async function untoldBotAdmins(
  database: Database,
  engine: Engine,
  limit: number,
): Promise<MemberId[]> {
  const due = await botAdminLeases.due(database, botAdminLeases.isDue(engine), limit);
  return due.map((member) => MemberId.parse(member));
}

/** Claims the telling of a member's latest change; null when another process has, or it is told. */
export async function claimBotAdmin(
  transaction: Transaction,
  member: MemberId,
  lease: number,
): Promise<{ claim: string; change: BotAdminChange } | null> {
  const isDue = botAdminLeases.isDue(transaction.engine);
  const claim = await botAdminLeases.claim(transaction, member, isDue, lease);
  if (claim === null) return null;
  const { able, details } = await transaction.database
    .selectFrom('bot_admins')
    .select(['able', 'details'])
    .where('member', '=', member)
    .executeTakeFirstOrThrow();
  return { claim, change: { member, able: able === 1, ...Details.parse(JSON.parse(details)) } };
}

/** Ends a claim. @param pause milliseconds until the next attempt; null once it was told */
export async function releaseBotAdmin(
  transaction: Transaction,
  member: MemberId,
  { claim, able, pause }: { claim: string; able: boolean; pause: number | null },
): Promise<void> {
  const { database, now } = transaction;
  if (!(await botAdminLeases.release(transaction, member, claim))) return;
  const tell_at = pause === null ? null : (await now()) + pause;
  await database
    .updateTable('bot_admins')
    .set({ tell_at })
    .where('member', '=', member)
    // What has changed since is told as well.
    .where('able', '=', able ? 1 : 0)
    .execute();
}

/** For a database that is used with another workspace: its first list is no change. */
export async function forgetBotAdmins({ database }: Transaction): Promise<void> {
  await database.deleteFrom('bot_admins').execute();
  await database.deleteFrom('account_lock').where('name', '=', RECORDED).execute();
}
