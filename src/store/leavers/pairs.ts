import { MemberId } from '../../ids.ts';
import type { Database } from '../tables.ts';

/** A member and the Fastly user whose login is the member's address. `guest`: they are a guest in Slack, or were. */
export type Pair = { member: MemberId; userId: string; address: string; guest: boolean };

/** In place of a user's id, for a member who is invited and no user yet. */
const INVITED = '';

/** A member who was invited to Fastly, by the address that their login will be. */
export type Invited = Omit<Pair, 'userId'>;

/** Every pair that is known. */
export async function knownPairs(database: Database): Promise<Pair[]> {
  return (await readPairs(database)).filter(({ userId }) => userId !== INVITED);
}

/** The members who were invited, and of whom it isn't known yet which user they are. */
export async function invitedMembers(database: Database): Promise<Invited[]> {
  return (await readPairs(database)).filter(({ userId }) => userId === INVITED);
}

export async function storeInvited(database: Database, invited: Invited): Promise<void> {
  await storePair(database, { ...invited, userId: INVITED });
}

export async function forgetInvited(database: Database, { member }: Invited): Promise<void> {
  await forgetPairs(database, INVITED, member);
}

async function readPairs(database: Database): Promise<Pair[]> {
  const rows = await database.selectFrom('known_pairs').selectAll().orderBy('member').execute();
  return rows.map(({ member, user_id, address, guest }) => ({
    member: MemberId.parse(member),
    userId: user_id,
    address,
    guest: guest === 1,
  }));
}

/** Stores a pair, or what is new about it. Another member with the same address is another pair. */
export async function storePair(
  database: Database,
  { member, userId: user_id, address, guest }: Pair,
): Promise<void> {
  const news = { address, guest: guest ? 1 : 0 };
  await database
    .insertInto('known_pairs')
    .values({ member, user_id, ...news })
    .onConflict((conflict) => conflict.columns(['member', 'user_id']).doUpdateSet(news))
    .execute();
}

/** Forgets the pairs of a user who is gone from Fastly, or the one with this member. */
export async function forgetPairs(database: Database, userId: string, member?: MemberId): Promise<void> {
  let pairs = database.deleteFrom('known_pairs').where('user_id', '=', userId);
  if (member !== undefined) pairs = pairs.where('member', '=', member);
  await pairs.execute();
}
