import type { Button } from '@slack/types';
import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import { isOutcome, isRepetition, type Step } from '../approvals/event.ts';
import { type ApprovalRequest, isOpen } from '../approvals/request.ts';
import { lockRequest } from '../approvals/rows.ts';
import { mayApprove, mayDecide } from '../approvals/rules.ts';
import {
  addCopy,
  addDirect,
  addTold,
  directOf,
  type MessagePlace,
  messageOf,
  recordPosted,
  recordShown,
  type Surface,
  type SurfaceName,
  surfacesOf,
} from '../approvals/surfaces.ts';
import type { Intents } from '../changes/intents.ts';
import { type ChannelId, MemberId } from '../ids.ts';
import { approvalConfirmation, approvalMessage, directRequest } from '../messages/approval-message.ts';
import {
  HIDDEN_REQUEST,
  notShownText,
  outcomeStepText,
  stepText,
  unseenText,
} from '../messages/approval-text.ts';
import { type Message, message, withButtons } from '../messages/kit/message.ts';
import { plainText, type Sentence, say } from '../messages/kit/sentence.ts';
import { type Conversations, isDirect } from '../slack/connection/conversations.ts';
import type { Posting, Refused } from '../slack/connection/posting.ts';
import { unconfirmed } from '../slack/replies/confirmation.ts';
import { whereRequestIs } from '../slack/replies/request-link.ts';
import { undoButton } from '../slack/undo-button.ts';
import type { Store, Transaction } from '../store/store.ts';
import { throwIfMendable } from './pauses.ts';

export type DisplayOptions = {
  store: Store;
  approvals: Approvals;
  intents: Intents;
  posting: Posting;
  conversations: Conversations;
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
};

/** Another process has taken on showing the request: this one was too slow. */
export class DisplayTakenOver extends Error {}

/** Shows one request on the surfaces that do not show it as it is, and records each as soon as Slack has it. */
export class RequestDisplay {
  readonly #options: DisplayOptions;
  readonly #snapshot: Snapshot;
  readonly #renewLease: (transaction: Transaction) => Promise<boolean>;

  /**
   * @param renewLease Called in the transaction of each record. Renews the lease; false if another process has claimed
   *   the request.
   */
  constructor(
    options: DisplayOptions,
    snapshot: Snapshot,
    renewLease: (transaction: Transaction) => Promise<boolean>,
  ) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#renewLease = renewLease;
  }

  /**
   * Shows it on this surface. What it throws passes, or is mended by a person; what Slack refuses for good is settled here.
   *
   * @throws {NeedsPerson}
   * @throws {DisplayTakenOver} when another process shows the request now
   */
  async show(name: SurfaceName): Promise<void> {
    switch (name) {
      case 'thread':
        return await this.#showThread();
      case 'requester':
        return await this.#showRequester();
      case 'confirmation':
        return await this.#showConfirmation();
      default: {
        const approver = directOf(name);
        return await (approver ? this.#showDirectly(name, approver) : this.#showMessage(name));
      }
    }
  }

  /** @throws {DisplayTakenOver} */
  async renewLease(): Promise<void> {
    await this.#record(async () => {});
  }

  /** Shows the request's message, or a copy of it. The place of a copy is known from the start. */
  async #showMessage(name: SurfaceName): Promise<void> {
    const { request, steps, surfaces } = this.#snapshot;
    const known = surfaces.find((surface) => surface.name === name);
    const shared = await this.#isShared(known?.channel ?? request.channel);
    if (shared) await this.#goOnDirectly();
    const drawn = shared
      ? message(HIDDEN_REQUEST)
      : approvalMessage(request, steps, this.#options.approvals.policy);
    if (known?.channel && known.ts) {
      await this.#update(name, { channel: known.channel, ts: known.ts }, drawn);
    } else if (name === 'message') await this.#postMessage(drawn, known?.channel ?? null);
  }

  /** @param before the channel that has shown the message until it was deleted there; null where it was never shown */
  async #postMessage(drawn: Message, before: ChannelId | null): Promise<void> {
    const { id, channel, state } = this.#snapshot.request;
    const { approvals, posting, log } = this.#options;
    if (state.kind === 'cancelled' || (before !== null && !hasButtons(drawn))) {
      return await this.#leaveUnposted(before);
    }
    const posted = await posting.post(channel, drawn);
    if (posted.kind === 'posted') return await this.#recordPosted(posted);
    await this.#waitForPerson('message', channel, posted);
    log.warn({ request: id, why: posted.word }, 'a channel does not take an approval request');
    if (before === null) await approvals.cancelUnseen(id, plainText(unseenText(posted.word)));
    await this.#leaveUnposted(before);
  }

  /**
   * Where a person has to mend what Slack refuses, the requester is told once, and it is tried on. What a member has to
   * mend is given up with the request's time.
   *
   * @throws {NeedsPerson}
   */
  async #waitForPerson(name: SurfaceName, channel: ChannelId, refused: Refused): Promise<void> {
    const { request } = this.#snapshot;
    if (!(await this.#isWaitedFor(refused))) return;
    // With the operator's remedy missing, such as a token, a direct message would not get there either.
    if (name === 'message' && refused.what?.kind === 'person' && refused.what.who !== 'operator') {
      const told = message(notShownText(request, refused.word));
      await this.#once(name, async () => (await this.#send(request.requester, told)) === null);
    }
    throwIfMendable(`messages in ${channel}`, refused);
  }

  async #isWaitedFor({ what }: Refused): Promise<boolean> {
    if (what?.kind !== 'person') return false;
    const { request } = this.#snapshot;
    if (what.who !== 'member' || isOpen(request)) return true;
    return await this.#options.store.transaction(async ({ now }) => (await now()) < request.expiresAt);
  }

  /** Tells a person why a surface is not shown. Does nothing once that has succeeded. */
  async #once(name: SurfaceName, tell: () => Promise<boolean>): Promise<void> {
    const { request, surfaces } = this.#snapshot;
    if (surfaces.some((each) => each.name === `told ${name}`)) return;
    if (await tell()) await this.#record((transaction) => addTold(transaction, request.id, name));
  }

  /** Nothing is to be posted, unless a click has shown meanwhile that there is a message: that one is stale. */
  async #leaveUnposted(channel: ChannelId | null): Promise<void> {
    const { id, version } = this.#snapshot.request;
    await this.#record(async (transaction) => {
      await lockRequest(transaction, id);
      const found = await messageOf(transaction.database, id);
      if (found === null) await recordShown(transaction, id, 'message', { channel, ts: null, version });
    });
  }

  /**
   * An earlier post may be in Slack although its answer was lost. If a click has already recorded that message, this
   * one becomes a copy. Recorded even after a takeover, because the message is already in Slack.
   */
  async #recordPosted(posted: MessagePlace): Promise<void> {
    const { id, version } = this.#snapshot.request;
    const ours = await this.#options.store.transaction(async (transaction) => {
      await lockRequest(transaction, id);
      const renewed = await this.#renewLease(transaction);
      const recorded = await messageOf(transaction.database, id);
      if (recorded) await addCopy(transaction, id, { ...posted, wanted: version });
      else await recordPosted(transaction, id, { ...posted, version });
      return renewed;
    });
    if (!ours) throw new DisplayTakenOver();
  }

  /** From now on the request is also shown in its approvers' direct messages. */
  async #goOnDirectly(): Promise<void> {
    const { request } = this.#snapshot;
    const approvers = mayDecide(request, this.#options.approvals.policy);
    await this.#record((transaction) => addDirect(transaction, request.id, approvers, request.version));
  }

  /** Shows the request in an approver's direct messages, and the steps made since as replies. */
  async #showDirectly(name: SurfaceName, approver: MemberId): Promise<void> {
    const { request, steps, surfaces } = this.#snapshot;
    const { approvals, posting, log } = this.#options;
    const known = surfaces.find((surface) => surface.name === name);
    const place = known?.channel && known.ts ? { channel: known.channel, ts: known.ts } : null;
    // Who was a bot admin when the request went on there, and is none any more, is shown nothing further.
    if (!approvals.policy.botAdmins.includes(approver)) {
      return await this.#recordShown(name, request.version, place ?? undefined);
    }
    const drawn = directRequest(request, steps, approvals.policy, approver);
    const shown = place ? await posting.update(place, drawn) : await posting.post(approver, drawn);
    if (shown.kind === 'refused') {
      log.warn(
        { request: request.id, surface: name, why: shown.word },
        'an approver cannot be shown a request',
      );
      await this.#throwIfWaitedFor(approver, shown);
    }
    if (place === null) {
      return await this.#recordShown(name, request.version, shown.kind === 'posted' ? shown : undefined);
    }
    for (const step of steps.filter(({ number }) => number > (known?.shown ?? 0))) {
      const words = this.#wordsInThread(step, request);
      const asked =
        step.event.kind !== 'reminded' || mayApprove(request, approvals.policy).includes(approver);
      if (words === null || !asked) continue;
      await this.#post(place.channel, message(words), place.ts);
      await this.#recordShown(name, step.number, place);
    }
    await this.#recordShown(name, request.version, place);
  }

  async #showThread(): Promise<void> {
    const { request, steps, surfaces } = this.#snapshot;
    // Where there is no message there is no thread.
    const place = await this.#options.approvals.messageOf(request.id);
    if (place === null && (await this.#willBePosted())) return;
    const shown = surfaces.find(({ name }) => name === 'thread')?.shown ?? 0;
    const unshown = steps.filter(({ number }) => number > shown);
    for (const step of unshown) {
      const words = this.#wordsInThread(step, request);
      if (words !== null && place !== null && !(await this.#isShared(place.channel))) {
        const told = withButtons(message(words), await this.#offersWith(step, request));
        await this.#post(place.channel, told, place.ts);
      }
      if (words !== null || step === unshown.at(-1)) await this.#recordShown('thread', step.number);
    }
  }

  /**
   * Whether people of another company read along. Asked before each message that others see.
   *
   * @throws where Slack does not say: then it is shown later
   */
  async #isShared(channel: ChannelId): Promise<boolean> {
    if (isDirect(channel)) return false;
    const audience = await this.#options.conversations.audienceOfChannel(channel);
    if (audience === 'unknown')
      throw new Error('Slack did not say who reads along in the channel of a request');
    return audience === 'other-companies';
  }

  /** Whether the message, and with it the thread, comes with the next round: it was found to be gone. */
  async #willBePosted(): Promise<boolean> {
    const { id } = this.#snapshot.request;
    const surfaces = await this.#options.store.read((database) => surfacesOf(database, id));
    const message = surfaces.find(({ name }) => name === 'message');
    return message !== undefined && message.wanted > message.shown;
  }

  #wordsInThread(step: Step, request: ApprovalRequest): Sentence | null {
    // Whoever is asked to approve when there is nothing to approve any more would look in vain.
    if (step.event.kind === 'reminded' && request.state.kind !== 'pending') return null;
    if (isRepetition(step, this.#snapshot.steps)) return null;
    return stepText(step, request, this.#options.approvals.policy);
  }

  /** A demotion can be undone once it is carried out, and **Lock now** once its request has ended. */
  async #offersWith({ event }: Step, { id, action }: ApprovalRequest): Promise<Button[]> {
    const { intents, disabled } = this.#options;
    if (disabled.has('update') || action.target.id === null) return [];
    let key: string | null = null;
    if (event.kind === 'locked') key = await intents.lockOf(id, action.target.id);
    if (event.kind === 'completed') key = id;
    const undoable = key === null ? null : await intents.undoable(key);
    return undoable === null ? [] : undoButton(undoable.change, { private: false });
  }

  async #showRequester(): Promise<void> {
    const { request, steps } = this.#snapshot;
    const outcome = steps.findLast(isOutcome);
    if (outcome) {
      // The requester hears of a cancelled request where it could not be posted: there is nothing to see.
      const seeIt =
        outcome.event.kind === 'cancelled' ? [] : [say`See ${await whereRequestIs(this.#options, request)}.`];
      await this.#post(request.requester, message(outcomeStepText(outcome, request), ...seeIt));
    }
    await this.#recordShown('requester', request.version);
  }

  async #showConfirmation(): Promise<void> {
    const { request, steps } = this.#snapshot;
    const { confirmationsChannel, conversations, log } = this.#options;
    const completed = steps.findLast(({ event }) => event.kind === 'completed');
    // The channel that has the request's message is told by that.
    const elsewhere = confirmationsChannel !== request.channel;
    if (confirmationsChannel !== null && elsewhere && completed) {
      const audience = await conversations.audienceOfChannel(confirmationsChannel);
      if (audience === 'unknown')
        throw new Error('Slack did not say who reads along in CONFIRMATIONS_CHANNEL');
      const shared = audience === 'other-companies';
      const refused = shared ? null : await this.#send(confirmationsChannel, approvalConfirmation(request));
      if (shared || refused !== null) {
        log.error({ request: request.id, confirmationsChannel }, 'a confirmation could not be posted');
        await this.#once('confirmation', () => this.#tellUnconfirmed(confirmationsChannel));
      }
      if (refused !== null) await this.#waitForPerson('confirmation', confirmationsChannel, refused);
    }
    await this.#recordShown('confirmation', request.version);
  }

  /** In the request's thread, as those who read there expect the confirmation, unless another company reads along. */
  async #tellUnconfirmed(channel: ChannelId): Promise<boolean> {
    const { request } = this.#snapshot;
    const place = await this.#options.approvals.messageOf(request.id);
    const told = message(unconfirmed(channel));
    if (place === null || (await this.#isShared(place.channel))) {
      return (await this.#send(request.requester, told)) === null;
    }
    return (await this.#send(place.channel, told, place.ts)) === null;
  }

  /** Updates a message; one that is there no more is posted anew the next time, while that is of use. */
  async #update(name: SurfaceName, place: MessagePlace, drawn: Message): Promise<void> {
    const { posting, log } = this.#options;
    const { id, version } = this.#snapshot.request;
    const updated = await posting.update(place, drawn);
    if (updated.kind === 'shown') return await this.#recordShown(name, version, place);
    await this.#waitForPerson(name, place.channel, updated);
    const { word, what } = updated;
    log.warn({ request: id, surface: name, why: word }, 'Slack does not update a message of a request');
    const gone = what?.kind === 'final' && what.instead === 'post-anew';
    if (name !== 'message' || !gone) return await this.#recordShown(name, version, place);
    await this.#recordShown(name, hasButtons(drawn) ? 0 : version, { channel: place.channel, ts: null });
  }

  async #recordShown(
    name: SurfaceName,
    version: number,
    place: Pick<Surface, 'channel' | 'ts'> = { channel: null, ts: null },
  ): Promise<void> {
    const { id } = this.#snapshot.request;
    await this.#record((transaction) => recordShown(transaction, id, name, { ...place, version }));
  }

  async #record(write: (transaction: Transaction) => Promise<void>): Promise<void> {
    const ours = await this.#options.store.transaction(async (transaction) => {
      const renewed = await this.#renewLease(transaction);
      if (renewed) await write(transaction);
      return renewed;
    });
    if (!ours) throw new DisplayTakenOver();
  }

  /** Logs what Slack refuses for good. @throws {NeedsPerson} where a person mends it */
  async #post(to: ChannelId | MemberId, told: Message, threadTs?: string): Promise<void> {
    const refused = await this.#send(to, told, threadTs);
    if (refused !== null) await this.#throwIfWaitedFor(to, refused);
  }

  /** @throws {NeedsPerson} */
  async #throwIfWaitedFor(to: ChannelId | MemberId, refused: Refused): Promise<void> {
    const direct = MemberId.safeParse(to).success;
    // A channel can let the bot in. A member whom Slack does not find is gone.
    const gone = direct && refused.what?.kind === 'person' && refused.what.who === 'member';
    if (!gone && (await this.#isWaitedFor(refused))) {
      throwIfMendable(direct ? 'direct messages' : `messages in ${to}`, refused);
    }
  }

  /** Null once it is posted, else how Slack refused it. */
  async #send(to: ChannelId | MemberId, told: Message, threadTs?: string): Promise<Refused | null> {
    const { posting, log } = this.#options;
    const posted = await posting.post(to, told, threadTs);
    if (posted.kind === 'posted') return null;
    const { id } = this.#snapshot.request;
    log.warn({ request: id, why: posted.word }, 'Slack does not take a message about a request');
    return posted;
  }
}

function hasButtons({ blocks }: Message): boolean {
  return blocks.some(({ type }) => type === 'actions');
}
