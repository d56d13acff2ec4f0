import { EVERYBODY } from '../../directory/account-figures.ts';
import type { Directory } from '../../directory/directory.ts';
import { accountUsers, existingUser } from '../../fastly/account-users.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import type { Logger } from '../../observability/log.ts';
import { isLogin, leaversAmong, presenceOf } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { KnownMember } from '../../slack/connection/members.ts';
import type { Roster } from '../../slack/connection/roster.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { TakenOver } from '../../store/held-lease.ts';
import {
  endLeavers,
  type Leaver,
  type Leaving,
  openLeavers,
  recordLeaving,
} from '../../store/leavers/leavers.ts';
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
import { activeWith } from './end-in-slack.ts';

export type LeaverSearchOptions = {
  store: Store;
  fastly: FastlyClient;
  directory: Directory;
  roster: Roster;
  workspace: Workspace;
  times: { leavers: { list: number } };
  stopping: AbortSignal;
  log: Logger;
};

/** Does something in a transaction. Throws where another process has taken over. */
type Write = (work: (transaction: Transaction) => Promise<void>) => Promise<void>;

/** What one look writes by, and who was a leaver when it began. */
type Looking = { write: Write; open: readonly Leaver[] };

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
    const { store, fastly, times } = this.#options;
    const { users } = await accountUsers(fastly);
    const looking = await this.#looking((work) => look.write(work));
    await this.#settleInvited(users, looking);
    let isWhole = true;
    const each = async (work: () => Promise<void>) => {
      await look.keep();
      if (!(await this.#settled(work))) isWhole = false;
    };
    const pairs = await store.read(knownPairs);
    const byId = new Map<string, User>(users.map((user) => [user.id, user]));
    const paired = new Set<string>();
    for (const pair of pairs) {
      let isKnown = true;
      await each(async () => {
        isKnown = await this.#lookAtPair(pair, byId.get(pair.userId), looking);
      });
      if (isKnown) paired.add(pair.userId);
    }
    const unknown: User[] = [];
    for (const user of users.filter(({ id }) => !paired.has(id))) {
      await each(async () => {
        if (!(await this.#learn(user, looking))) unknown.push(user);
      });
    }
    const { listedAgo } = look;
    const mayList = listedAgo === null || listedAgo >= times.leavers.list;
    // Whoever could not be looked up would wait for the next list.
    if (mayList && unknown.length > 0 && isWhole) {
      await each(() => this.#lookInList(look, unknown, looking));
    }
    // The first look has then found everybody without a list.
    if (listedAgo === null && unknown.length === 0 && isWhole)
      await look.write((transaction) => look.listed(transaction));
    return isWhole;
  }

  /** Looks at one member who is said to have changed. @throws where Slack or Fastly doesn't answer */
  async lookAtMember(member: MemberId): Promise<void> {
    const { store, directory, roster } = this.#options;
    const known = await roster.member(member);
    const pairs = (await store.read(knownPairs)).filter((pair) => pair.member === member);
    const looking = await this.#looking((work) => store.transaction(work));
    const { users } = await directory.list(EVERYBODY);
    const address = typeof known === 'string' ? undefined : known.profile?.email;
    for (const user of users) {
      const pair = pairs.find(({ userId }) => userId === user.id);
      const isNew = pair === undefined && isLogin(user, [address]);
      const found = isNew ? { member, userId: user.id, address: user.login, guest: null } : pair;
      if (found) await this.#judge(known, found, user, looking);
    }
  }

  async #looking(write: Write): Promise<Looking> {
    return { write, open: await this.#options.store.read(openLeavers) };
  }

  /** Whoever was invited and has joined is one of a pair. Nobody is forgotten for what a list lacks: it can come short. */
  async #settleInvited(users: readonly User[], { write }: Looking): Promise<void> {
    for (const invited of await this.#options.store.read(invitedMembers)) {
      const user = users.find((each) => isLogin(each, [invited.address]));
      if (!user) continue;
      await write(async ({ database }) => {
        await storePair(database, { ...invited, userId: user.id });
        await forgetInvited(database, invited);
      });
    }
  }

  /** False where Slack knows no such member any more, so that another one may have the login. */
  async #lookAtPair(pair: Pair, listed: User | undefined, looking: Looking): Promise<boolean> {
    const { fastly, roster } = this.#options;
    const { userId } = pair;
    // Only what Fastly says of the user alone counts: a list can come short.
    const user = listed ?? (await existingUser(fastly, UserId.parse(userId)));
    if (user !== null) {
      const known = await roster.member(pair.member);
      await this.#judge(known, pair, user, looking);
      return known !== 'nobody';
    }
    await looking.write(async (transaction) => {
      await forgetPairs(transaction.database, userId);
      await endLeavers(transaction, { userId }, 'gone');
    });
    return true;
  }

  /** Records what has become of a pair. @param pair `guest` is null where the bot hasn't known the member before */
  async #judge(
    known: KnownMember,
    pair: Omit<Pair, 'guest'> & { guest: boolean | null },
    user: User,
    { write, open }: Looking,
  ): Promise<void> {
    const { member, userId, guest } = pair;
    const presence = presenceOf(known, this.#options.workspace, guest !== null);
    const own = typeof known === 'string' ? undefined : known.profile?.email;
    const ofUser = open.filter((leaver) => leaver.userId === userId);
    const isOpen = ofUser.some((leaver) => leaver.member === member);
    if (presence.kind === 'active') {
      // Whoever has another address by now may be another person's successor at this login.
      const hasLogin = isLogin(user, [own]);
      const address = hasLogin ? user.login : pair.address;
      const isNews = presence.guest !== guest || canonical(address) !== canonical(pair.address);
      const before = hasLogin ? ofUser.filter((leaver) => leaver.member !== member) : [];
      if (!isNews && !isOpen && before.length === 0) return;
      await write(async (transaction) => {
        await storePair(transaction.database, { member, userId, address, guest: presence.guest });
        await endLeavers(transaction, { userId, member }, 'returned');
        for (const each of before) await this.#succeeded(transaction, each);
      });
      return;
    }
    if (presence.kind === 'unknown' || !isLogin(user, [pair.address, own])) return;
    const successor = await this.#activeWithLogin(user);
    if (successor !== null && successor.member !== member) {
      await write(async (transaction) => {
        await storePair(transaction.database, successor);
        await this.#succeeded(transaction, { userId, member });
      });
      return;
    }
    if (isOpen) return;
    await this.#record(write, user, { member, how: presence.how, found: 'seen', guest });
  }

  /** Another member has the user's login as their address now. */
  async #succeeded(transaction: Transaction, who: { userId: string; member: MemberId }): Promise<void> {
    await forgetPairs(transaction.database, who.userId, who.member);
    await endLeavers(transaction, who, 'moved');
  }

  /** Whether an active member has the user's login as their address; the pair is stored. */
  async #learn(user: User, { write }: Looking): Promise<boolean> {
    const pair = await this.#activeWithLogin(user);
    if (pair !== null) await write(({ database }) => storePair(database, pair));
    return pair !== null;
  }

  async #activeWithLogin(user: User): Promise<Pair | null> {
    const { roster, workspace } = this.#options;
    const address = user.login.trim();
    if (!/\S@\S/.test(address)) return null;
    const found = activeWith(await roster.withAddress(address), user.login, workspace);
    return found && { ...found, userId: user.id };
  }

  /** Finds those who left before the bot knew them. */
  async #lookInList(look: LeaverLook, users: readonly User[], { write, open }: Looking): Promise<void> {
    const { roster, workspace } = this.#options;
    const found = look.listedAgo === null ? 'first-look' : 'listed';
    const members = await roster.all(() => look.keep());
    for (const { member, how, guest, user } of leaversAmong(members, users, [], workspace)) {
      if (open.some((leaver) => leaver.member === member && leaver.userId === user.id)) continue;
      await this.#record(write, user, { member, how, found, guest });
    }
    await write((transaction) => look.listed(transaction));
  }

  async #record(
    write: Write,
    user: User,
    left: Pick<Leaving, 'member' | 'how' | 'found' | 'guest'>,
  ): Promise<void> {
    const { member, how, guest } = left;
    const { id: userId, login } = user;
    let isNew = false;
    await write(async (transaction) => {
      await storePair(transaction.database, { member, userId, address: login, guest: guest ?? false });
      isNew = await recordLeaving(transaction, { ...left, userId, name: nameOf(user), login });
    });
    const { log } = this.#options;
    if (isNew) log.info({ member, user: userId, how }, 'a member who left is still a Fastly user');
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
