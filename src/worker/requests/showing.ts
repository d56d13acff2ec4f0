import type { Logger } from 'pino';
import type { Approvals } from '../../approvals/approvals.ts';
import type { Step } from '../../approvals/event.ts';
import { type ApprovalRequest, isOpen } from '../../approvals/request.ts';
import { addTold, recordShown, type Surface, type SurfaceName } from '../../approvals/surfaces.ts';
import type { Intents } from '../../changes/intents.ts';
import type { RunningPromotion } from '../../changes/promotion.ts';
import type { Promotions } from '../../changes/promotions.ts';
import { type ChannelId, MemberId } from '../../ids.ts';
import { notShownText } from '../../messages/approval-notices.ts';
import { type Message, message } from '../../messages/kit/message.ts';
import type { BotAdmins } from '../../slack/bot-admins/bot-admins.ts';
import { type Conversations, isDirect } from '../../slack/connection/conversations.ts';
import type { Posting, Refused } from '../../slack/connection/posting.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { throwIfMendable } from '../pauses.ts';

export type DisplayOptions = {
  store: Store;
  approvals: Approvals;
  intents: Intents;
  promotions: Pick<Promotions, 'of'>;
  posting: Posting;
  conversations: Conversations;
  botAdmins: BotAdmins;
  confirmationsChannel: ChannelId | null;
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  log: Logger;
};

/** What is to be shown, read in one go. */
export type Snapshot = {
  request: ApprovalRequest;
  steps: readonly Step[];
  surfaces: readonly Surface[];
  /** What the request has begun or extended, as it is now; null for none. */
  promotion: RunningPromotion | null;
};

/** Another process has taken on showing the request: this one was too slow. */
export class DisplayTakenOver extends Error {}

/**
 * One request that is being shown, under a lease: how messages about it get to Slack, and how what Slack has is recorded.
 */
export class RequestShowing {
  readonly options: DisplayOptions;
  readonly snapshot: Snapshot;
  /** Renews the lease in the transaction of a record; false if another process has claimed the request. */
  readonly renewLease: (transaction: Transaction) => Promise<boolean>;

  constructor(
    options: DisplayOptions,
    snapshot: Snapshot,
    renewLease: (transaction: Transaction) => Promise<boolean>,
  ) {
    this.options = options;
    this.snapshot = snapshot;
    this.renewLease = renewLease;
  }

  async record(write: (transaction: Transaction) => Promise<void>): Promise<void> {
    const ours = await this.options.store.transaction(async (transaction) => {
      const renewed = await this.renewLease(transaction);
      if (renewed) await write(transaction);
      return renewed;
    });
    if (!ours) throw new DisplayTakenOver();
  }

  async recordShown(
    name: SurfaceName,
    version: number,
    place: Pick<Surface, 'channel' | 'ts'> = { channel: null, ts: null },
  ): Promise<void> {
    const { id } = this.snapshot.request;
    await this.record((transaction) => recordShown(transaction, id, name, { ...place, version }));
  }

  /** Tells a person something, such as why a surface is not shown. Does nothing once that has succeeded. */
  async once(name: string, tell: () => Promise<boolean>): Promise<void> {
    const { request, surfaces } = this.snapshot;
    if (surfaces.some((each) => each.name === `told ${name}`)) return;
    if (await tell()) await this.record((transaction) => addTold(transaction, request.id, name));
  }

  /** Logs what Slack refuses for good. @throws {NeedsPerson} where a person mends it */
  async post(to: ChannelId | MemberId, told: Message, threadTs?: string): Promise<void> {
    const refused = await this.send(to, told, threadTs);
    if (refused !== null) await this.throwIfWaitedFor(to, refused);
  }

  /** Null once it is posted, else how Slack refused it. */
  async send(to: ChannelId | MemberId, told: Message, threadTs?: string): Promise<Refused | null> {
    const { posting, log } = this.options;
    const posted = await posting.post(to, told, threadTs);
    if (posted.kind === 'posted') return null;
    log.warn({ why: posted.word }, 'Slack does not take a message about a request');
    return posted;
  }

  /**
   * Whether people of another company read along. Asked before each message that others see.
   *
   * @throws where Slack does not say: then it is shown later
   */
  async isShared(channel: ChannelId): Promise<boolean> {
    if (isDirect(channel)) return false;
    const audience = await this.options.conversations.audienceOfChannel(channel);
    if (audience === 'unknown')
      throw new Error('Slack did not say who reads along in the channel of a request');
    return audience === 'other-companies';
  }

  /**
   * Where a person has to mend what Slack refuses, the requester is told once, and it is tried on. What a member has to
   * mend is given up with the request's time.
   *
   * @throws {NeedsPerson}
   */
  async waitForPerson(name: SurfaceName, channel: ChannelId, refused: Refused): Promise<void> {
    const { request } = this.snapshot;
    if (!(await this.#isWaitedFor(refused))) return;
    // With the operator's remedy missing, such as a token, a direct message would not get there either.
    if (name === 'message' && refused.what?.kind === 'person' && refused.what.who !== 'operator') {
      const told = message(notShownText(request, refused.word));
      await this.once(name, async () => (await this.send(request.requester, told)) === null);
    }
    throwIfMendable(`messages in ${channel}`, refused);
  }

  async #isWaitedFor({ what }: Refused): Promise<boolean> {
    if (what?.kind !== 'person') return false;
    const { request } = this.snapshot;
    if (what.who !== 'member' || isOpen(request)) return true;
    return await this.options.store.transaction(async ({ now }) => (await now()) < request.expiresAt);
  }

  /** @throws {NeedsPerson} */
  async throwIfWaitedFor(to: ChannelId | MemberId, refused: Refused): Promise<void> {
    const direct = MemberId.safeParse(to).success;
    // A channel can let the bot in. A member whom Slack does not find is gone.
    const gone = direct && refused.what?.kind === 'person' && refused.what.who === 'member';
    if (!gone && (await this.#isWaitedFor(refused))) {
      throwIfMendable(direct ? 'direct messages' : `messages in ${to}`, refused);
    }
  }
}
