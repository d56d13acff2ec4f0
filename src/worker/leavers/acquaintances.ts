import type { Directory } from '../../directory/directory.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { User } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import { InFlight } from '../../observability/in-flight.ts';
import type { Logger } from '../../observability/log.ts';
import { isLogin } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { Members } from '../../slack/connection/members.ts';
import { forgetInvited, invitedMembers, storeInvited, storePair } from '../../store/leavers/pairs.ts';
import type { Store } from '../../store/store.ts';
import { activeWith } from './end-in-slack.ts';

export type AcquaintancesOptions = { store: Store; directory: Directory; members: Members; log: Logger };

/** Nobody is asked about again who was met so lately, in milliseconds. */
const MET_AGAIN = 3_600_000;
const MOST_MET = 10_000;

/** Stores which member is which user as soon as the bot learns it, in the background. Never throws. */
export class Acquaintances {
  readonly #options: AcquaintancesOptions;
  readonly #workspace: Workspace;
  /** When each user was met last, by `performance.now()`. */
  readonly #met = new Map<string, number>();
  readonly #underWay = new InFlight();

  constructor(options: AcquaintancesOptions, workspace: Workspace) {
    this.#options = options;
    this.#workspace = workspace;
  }

  /** The bot knows who a user is. @param member where it knows which member that is */
  met(user: Pick<User, 'id' | 'login'>, member?: MemberId): void {
    const now = performance.now();
    const before = this.#met.get(user.id) ?? Number.NEGATIVE_INFINITY;
    if (member === undefined && now - before < MET_AGAIN) return;
    this.#met.set(user.id, now);
    const [oldest] = this.#met.keys();
    if (this.#met.size > MOST_MET && oldest !== undefined) this.#met.delete(oldest);
    this.#inBackground(() => this.#storeMet(user, member));
  }

  /** Whoever was created with an address is a user whom the bot knows, and whoever joins by an invitation. */
  admitted(address: string): void {
    this.#inBackground(async () => {
      const [user] = await this.#options.directory.withLogin(address);
      await (user ? this.#storeMet(user) : this.#storeInvited(address));
    });
  }

  /** Whoever is invited no more is nobody whom the bot has to know. */
  withdrawn(address: string): void {
    const { store, log } = this.#options;
    this.#inBackground(() =>
      store.transaction(async ({ database }) => {
        for (const invited of await invitedMembers(database)) {
          if (canonical(invited.address) !== canonical(address)) continue;
          await forgetInvited(database, invited);
          log.debug({ member: invited.member }, 'it is known that a member is invited no more');
        }
      }),
    );
  }

  /** Resolves when what is under way has ended. */
  async ended(): Promise<void> {
    await this.#underWay.idle();
  }

  async #storeMet(user: Pick<User, 'id' | 'login'>, member?: MemberId): Promise<void> {
    const { store, members, log } = this.#options;
    // Whoever was mentioned has just been asked about.
    const asked = member && members.latest(member)?.answer;
    const known = asked ?? (await members.withAddress(user.login));
    const hasLogin = typeof known !== 'string' && isLogin(user, [known.profile?.email]);
    const active = hasLogin ? activeWith(known, user.login, this.#workspace) : null;
    if (active === null) return;
    await store.transaction(({ database }) => storePair(database, { ...active, userId: user.id }));
    log.debug({ user: user.id, member: active.member }, 'it is known which member a user is');
  }

  async #storeInvited(address: string): Promise<void> {
    const { store, members, log } = this.#options;
    const invited = activeWith(await members.withAddress(address), address, this.#workspace);
    if (invited === null) return;
    await store.transaction(({ database }) => storeInvited(database, invited));
    log.debug({ member: invited.member }, 'it is known which member was invited');
  }

  #inBackground(work: () => Promise<void>): void {
    // The daily look learns it as well.
    const done = work().catch((error: unknown) => {
      this.#options.log.info({ err: error }, 'which member a user is could not be stored');
    });
    void this.#underWay.track(done);
  }
}
