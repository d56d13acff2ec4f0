import { openInvitation } from '../../changes/operations.ts';
import type { Directory } from '../../directory/directory.ts';
import { accountUsers, existingUser } from '../../fastly/account-users.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import type { Logger } from '../../observability/log.ts';
import { isLogin, leaversAmong, presenceOf } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { KnownMember, SlackUser } from '../../slack/connection/members.ts';
import type { Roster } from '../../slack/connection/roster.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { TakenOver } from '../../store/held-lease.ts';
import { endLeavers, type Leaving, openLeavers, recordLeaving } from '../../store/leavers/leavers.ts';
import type { LeaverLook } from '../../store/leavers/look.ts';
import {
  forgetInvited,
  forgetPairs,
  invitedMembers,
  knownPairs,
  type Pair,
  storePair,
} from '../../store/leavers/pairs.ts';
import type { Store, Transaction } from '../../store/store.ts';

export type LeaverSearchOptions = {
  store: Store;
  fastly: FastlyClient;
  directory: Directory;
  roster: Roster;
  workspace: Workspace;
  /** How often all members of the workspace may be listed, in milliseconds. */
  listEvery: () => number;
  stopping: AbortSignal;
  log: Logger;
};

/** No filter at all. */
export const EVERYBODY = { text: '', role: null, locked: null, withoutTwoFactor: false, inactive: null };

/** Does something in a transaction. Throws where another process has taken over. */
type Write = (work: (transaction: Transaction) => Promise<void>) => Promise<void>;

/**
 * Finds out who left Slack while their address is a Fastly login, who is back, and which pairs of member and user there
 * are. Nothing here is told to anybody, or changes anything in Slack or Fastly.
 */
export class LeaverSearch {
  readonly #options: LeaverSearchOptions;

  constructor(options: LeaverSearchOptions) {
    this.#options = options;
  }

  /**
   * Looks at all users of the account. False where Slack or Fastly didn't answer about some of them.
   *
   * @throws {FastlyError} where Fastly has no list of users
   * @throws {TakenOver} {StoreUnavailable}
   */
  async lookAtAll(look: LeaverLook): Promise<boolean> {
    const { store, fastly, listEvery } = this.#options;
    const { users } = await accountUsers(fastly);
    const byId = new Map<string, User>(users.map((user) => [user.id, user]));
    await this.#settleInvited(users, (work) => look.write(work));
    const pairs = await store.read(knownPairs);
    const open = new Set((await store.read(openLeavers)).map(keyOf));
    const write: Write = (work) => look.write(work);
    const whole: boolean[] = [];
    for (const pair of pairs) {
      await look.keep();
      whole.push(await this.#settled(() => this.#lookAtPair(pair, byId.get(pair.userId), write, open)));
    }
    const paired = new Set(pairs.map(({ userId }) => userId));
    const unknown: User[] = [];
    for (const user of users.filter(({ id }) => !paired.has(id))) {
      await look.keep();
      whole.push(
        await this.#settled(async () => {
          if (!(await this.#learn(user, write))) unknown.push(user);
        }),
      );
    }
    const { listedAgo } = look;
    const mayList = listedAgo === null || listedAgo >= listEvery();
    // Whoever could not be looked up would wait for the next list.
    if (mayList && unknown.length > 0 && whole.every((each) => each)) {
      const found = listedAgo === null ? 'first-look' : 'listed';
      whole.push(await this.#settled(() => this.#lookInList(look, unknown, found)));
    }
    return whole.every((each) => each);
  }

  /** Looks at one member who is said to have changed. @throws where Slack or Fastly doesn't answer */
  async lookAtMember(member: MemberId): Promise<void> {
    const { store, directory, roster } = this.#options;
    const write: Write = (work) => store.transaction(work);
    const known = await roster.member(member);
    const pairs = (await store.read(knownPairs)).filter((pair) => pair.member === member);
    const open = new Set((await store.read(openLeavers)).map(keyOf));
    const { users } = await directory.list(EVERYBODY);
    for (const pair of pairs) {
      const user = users.find(({ id }) => id === pair.userId);
      if (user) await this.#judge(known, pair, user, write, open);
    }
    const paired = new Set(pairs.map(({ userId }) => userId));
    const address = typeof known === 'string' ? undefined : known.profile?.email;
    for (const user of users.filter((each) => !paired.has(each.id) && isLogin(each, [address]))) {
      await this.#judge(
        known,
        { member, userId: user.id, address: user.login, guest: null },
        user,
        write,
        open,
      );
    }
  }

  /** Whoever was invited and has joined is one of a pair; whoever has no invitation any more is nobody's business. */
  async #settleInvited(users: readonly User[], write: Write): Promise<void> {
    const { store, fastly } = this.#options;
    for (const invited of await store.read(invitedMembers)) {
      await this.#settled(async () => {
        const user = users.find((each) => isLogin(each, [invited.address]));
        if (!user && (await openInvitation(fastly, invited.address)) !== null) return;
        await write(async ({ database }) => {
          if (user) await storePair(database, { ...invited, userId: user.id });
          await forgetInvited(database, invited);
        });
      });
    }
  }

  async #lookAtPair(
    pair: Pair,
    listed: User | undefined,
    write: Write,
    open: ReadonlySet<string>,
  ): Promise<void> {
    const { fastly, roster } = this.#options;
    // Only what Fastly says of the user alone counts: a list can come short.
    const user = listed ?? (await existingUser(fastly, UserId.parse(pair.userId)));
    if (user === null) {
      await write(async (transaction) => {
        await forgetPairs(transaction.database, pair.userId);
        await endLeavers(transaction, { userId: pair.userId }, 'gone');
      });
      return;
    }
    await this.#judge(await roster.member(pair.member), pair, user, write, open);
  }

  /** Records what has become of a pair. @param pair `guest` is null where the bot hasn't known the member before */
  async #judge(
    known: KnownMember,
    pair: Omit<Pair, 'guest'> & { guest: boolean | null },
    user: User,
    write: Write,
    open: ReadonlySet<string>,
  ): Promise<void> {
    const { member, userId } = pair;
    const presence = presenceOf(known, this.#options.workspace, pair.guest !== null);
    const own = typeof known === 'string' ? undefined : known.profile?.email;
    const isOpen = open.has(keyOf(pair));
    if (presence.kind === 'active') {
      // Whoever has another address by now may be another person's successor at this login.
      const address = isLogin(user, [own]) ? user.login : pair.address;
      const isNews = presence.guest !== pair.guest || canonical(address) !== canonical(pair.address);
      if (!isNews && !isOpen) return;
      await write(async (transaction) => {
        await storePair(transaction.database, { member, userId, address, guest: presence.guest });
        await endLeavers(transaction, { userId, member }, 'returned');
      });
      return;
    }
    if (presence.kind === 'unknown' || !isLogin(user, [pair.address, own])) return;
    const successor = await this.#activeWithLogin(user);
    if (successor !== null && successor.member !== member) {
      await write(async (transaction) => {
        await storePair(transaction.database, successor);
        await forgetPairs(transaction.database, userId, member);
        await endLeavers(transaction, { userId, member }, 'moved');
      });
      return;
    }
    if (isOpen) return;
    const { guest } = pair;
    const leaving = leavingOf(user, { member, how: presence.how, found: 'seen', guest });
    await this.#record(write, leaving, { ...pair, address: user.login, guest: guest ?? false });
  }

  /** Whether an active member has the user's login as their address; the pair is stored. */
  async #learn(user: User, write: Write): Promise<boolean> {
    const pair = await this.#activeWithLogin(user);
    if (pair !== null) await write(({ database }) => storePair(database, pair));
    return pair !== null;
  }

  async #activeWithLogin(user: User): Promise<Pair | null> {
    const { roster, workspace } = this.#options;
    const address = user.login.trim();
    if (!/\S@\S/.test(address)) return null;
    return pairWith(await roster.withAddress(address), user, workspace);
  }

  /** Finds those who left before the bot knew them. */
  async #lookInList(look: LeaverLook, users: readonly User[], found: Leaving['found']): Promise<void> {
    const { roster, workspace, store } = this.#options;
    const left = leaversAmong(await roster.all(), users, [], workspace);
    const open = new Set((await store.read(openLeavers)).map(keyOf));
    for (const { member, how, guest, user, address } of left) {
      const pair = { member, userId: user.id, address, guest: guest ?? false };
      if (open.has(keyOf(pair))) continue;
      await this.#record((work) => look.write(work), leavingOf(user, { member, how, found, guest }), pair);
    }
    await look.write((transaction) => look.listed(transaction));
  }

  async #record(write: Write, leaving: Leaving, pair: Pair): Promise<void> {
    let isNew = false;
    await write(async (transaction) => {
      await storePair(transaction.database, pair);
      isNew = await recordLeaving(transaction, leaving);
    });
    const { member, userId: user, how } = leaving;
    if (isNew) this.#options.log.info({ member, user, how }, 'a member who left is still a Fastly user');
  }

  /** False where Slack or Fastly didn't answer: the others are looked at all the same. */
  async #settled(work: () => Promise<void>): Promise<boolean> {
    const { stopping, log } = this.#options;
    if (stopping.aborted) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof TakenOver || error instanceof StoreUnavailable) throw error;
      if (!stopping.aborted)
        log.warn({ err: error }, "somebody couldn't be looked at for leavers, trying again later");
      return false;
    }
  }
}

/** The pair of a user and the member whom Slack has under the user's login; null for nobody who is active. */
export function pairWith(
  known: SlackUser | 'nobody',
  user: Pick<User, 'id' | 'login'>,
  workspace: Workspace,
): Pair | null {
  const presence = presenceOf(known, workspace, false);
  if (known === 'nobody' || presence.kind !== 'active') return null;
  return { member: known.id, userId: user.id, address: user.login, guest: presence.guest };
}

function leavingOf(user: User, left: Pick<Leaving, 'member' | 'how' | 'found' | 'guest'>): Leaving {
  return { ...left, userId: user.id, name: nameOf(user), login: user.login };
}

const keyOf = ({ member, userId }: { member: string; userId: string }) => `${member} ${userId}`;
