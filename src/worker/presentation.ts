import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { Step } from '../approvals/event.ts';
import type { ApprovalRequest, RequestId } from '../approvals/request.ts';
import { ChannelId } from '../ids.ts';
import { approvalMessage } from '../slack/approval-message.ts';
import { whereRequestIs } from '../slack/approval-place.ts';
import { type OutcomeEvent, outcomeWords, stepWords, targetWords } from '../slack/approval-words.ts';
import { POSTING_TIMEOUT_MILLISECONDS, type SlackClients } from '../slack/clients.ts';
import type { Conversations } from '../slack/conversations.ts';
import { type Message, message, PLAIN_POSTING } from '../slack/message.ts';
import { finalRefusal } from '../slack/refusals.ts';
import {
  bold,
  channel as channelName,
  date,
  member,
  plainText,
  type Sentence,
  say,
} from '../slack/sentence.ts';
import { lockRequest, readRequest } from '../store/approval-requests.ts';
import { stepsOf } from '../store/steps.ts';
import type { Store } from '../store/store.ts';
import {
  addCopy,
  claimDisplay,
  dueDisplays,
  recordShown,
  releaseDisplay,
  type Surface,
  type SurfaceName,
  surfacesOf,
} from '../store/surfaces.ts';

const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 30_000;

export type PresentationOptions = {
  store: Store;
  approvals: Approvals;
  slack: SlackClients;
  conversations: Conversations;
  confirmationsChannel: ChannelId | null;
  /** For how long one process has a request's surfaces to itself, in milliseconds. */
  lease: number;
  log: Logger;
};

/** What is shown, read in one go. */
type Snapshot = { request: ApprovalRequest; steps: readonly Step[]; surfaces: readonly Surface[] };

/**
 * Makes Slack show what the store says it must: what was never posted is posted, the rest is updated, until it is
 * shown. A posting whose answer is lost is posted again; the copy is found when one of its buttons is clicked.
 */
export class Presentation {
  readonly #options: PresentationOptions;
  readonly #failures = new Map<RequestId, number>();

  constructor(options: PresentationOptions) {
    this.#options = options;
  }

  /** The ids of up to `limit` requests that Slack does not show as they are. */
  async due(limit: number): Promise<RequestId[]> {
    const { store } = this.#options;
    return await store.read((database) => dueDisplays(database, store.engine, limit));
  }

  /** Brings all of a request's surfaces up to date, unless another process is at it. */
  async present(id: RequestId): Promise<void> {
    const { store, lease, log } = this.#options;
    const mustBeginBefore = performance.now() + lease - POSTING_TIMEOUT_MILLISECONDS;
    const claim = await store.transaction((transaction) => claimDisplay(transaction, id, lease));
    if (claim === null) return;
    let pause = 0;
    try {
      await this.#bringUpToDate(id, mustBeginBefore);
      this.#failures.delete(id);
    } catch (error) {
      pause = this.#pauseAfter(id, error);
      log.warn({ request: id, err: error, pause }, 'a request could not be shown in Slack, trying again');
    }
    await store.transaction(async (transaction) =>
      releaseDisplay(transaction, id, claim, (await transaction.now()) + pause),
    );
  }

  #pauseAfter(id: RequestId, error: unknown): number {
    if (error instanceof WebAPIRateLimitedError) return error.retryAfter * 1000;
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    return Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (failures - 1), LONGEST_RETRY_MILLISECONDS);
  }

  async #bringUpToDate(id: RequestId, mustBeginBefore: number): Promise<void> {
    const snapshot = await this.#options.store.read(async (database) => {
      const surfaces = await surfacesOf(database, id);
      const request = await readRequest(database, id);
      return request && { request, surfaces, steps: await stepsOf(database, id) };
    });
    if (!snapshot) return;
    for (const { name } of snapshot.surfaces.filter(({ wanted, shown }) => wanted > shown)) {
      if (performance.now() > mustBeginBefore) throw new Error('no time is left for the other surfaces');
      await this.#show(name, snapshot);
    }
  }

  async #show(name: SurfaceName, snapshot: Snapshot): Promise<void> {
    switch (name) {
      case 'message':
        return await this.#showMessage(snapshot);
      case 'thread':
        return await this.#showThread(snapshot);
      case 'requester':
        return await this.#showRequester(snapshot);
      case 'confirmation':
        return await this.#showConfirmation(snapshot);
      default:
        return await this.#showCopy(name, snapshot);
    }
  }

  async #showMessage({ request, steps, surfaces }: Snapshot): Promise<void> {
    const { id, version } = request;
    const { approvals } = this.#options;
    const known = surfaces.find(({ name }) => name === 'message');
    const drawn = approvalMessage(request, steps, approvals.policy);
    if (known?.channel && known.ts) {
      return await this.#update(id, 'message', { channel: known.channel, ts: known.ts, version }, drawn);
    }
    if (request.state.kind === 'cancelled') return await this.#recordShown(id, 'message', version);
    try {
      const posted = await this.#post(request.channel, drawn);
      await this.#recordPosted(request, posted);
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === null) throw error;
      this.#options.log.warn({ request: id, err: error }, 'a channel does not take an approval request');
      await approvals.cancelUnseen(id, plainText(howToMend(refusal)));
      await this.#recordShown(id, 'message', version);
    }
  }

  /** A button of a message whose answer was lost may have been clicked meanwhile: then that one is recorded. */
  async #recordPosted(request: ApprovalRequest, posted: { channel: ChannelId; ts: string }): Promise<void> {
    const { id, version } = request;
    await this.#options.store.transaction(async (transaction) => {
      await lockRequest(transaction, id);
      const recorded = (await surfacesOf(transaction.database, id)).find(({ name }) => name === 'message');
      if (recorded?.ts) await addCopy(transaction, id, { ...posted, wanted: version });
      else await recordShown(transaction, id, 'message', { ...posted, version });
    });
  }

  async #showThread(snapshot: Snapshot): Promise<void> {
    const { request, steps, surfaces } = snapshot;
    const shown = surfaces.find(({ name }) => name === 'thread')?.shown ?? 0;
    for (const step of steps.filter(({ number }) => number > shown)) {
      const words = this.#wordsInThread(step, request);
      if (words !== null) await this.#reply(request.id, words);
      await this.#recordShown(request.id, 'thread', step.number);
    }
  }

  #wordsInThread(step: Step, request: ApprovalRequest): Sentence | null {
    // Whoever is asked to approve when there is nothing to approve any more would look in vain.
    if (step.event.kind === 'reminded' && request.state.kind !== 'pending') return null;
    return stepWords(step, request, this.#options.approvals.policy);
  }

  /** Posts in the thread of the request's message; where there is none there is no thread. */
  async #reply(id: RequestId, words: Sentence): Promise<void> {
    const place = await this.#options.approvals.messageOf(id);
    if (place === null) return;
    await this.#unlessRefused(id, () => this.#post(place.channel, message(words), place.ts));
  }

  async #showRequester({ request, steps }: Snapshot): Promise<void> {
    const outcome = steps.findLast(isOutcomeStep);
    if (outcome) {
      const words = outcomeWords(outcome.event, outcome.actor, request);
      const told = message(words, say`It was ${await whereRequestIs(this.#options, request)}.`);
      await this.#unlessRefused(request.id, () => this.#post(request.requester, told));
    }
    await this.#recordShown(request.id, 'requester', request.version);
  }

  async #showConfirmation({ request, steps }: Snapshot): Promise<void> {
    const { confirmationsChannel, conversations, log } = this.#options;
    const completed = steps.findLast(({ event }) => event.kind === 'completed');
    if (confirmationsChannel !== null && completed) {
      const shared = (await conversations.audienceOfChannel(confirmationsChannel)) === 'other-companies';
      const posted =
        !shared &&
        (await this.#unlessRefused(request.id, () =>
          this.#post(confirmationsChannel, confirmationOf(request, new Date(completed.at))),
        ));
      if (!posted) {
        log.error({ request: request.id, confirmationsChannel }, 'a confirmation could not be posted');
        await this.#reply(
          request.id,
          say`I could not post the confirmation in ${channelName(confirmationsChannel)}. Tell whoever runs the bot: I have to be in that channel, and no other company.`,
        );
      }
    }
    await this.#recordShown(request.id, 'confirmation', request.version);
  }

  async #showCopy(name: SurfaceName, { request, steps, surfaces }: Snapshot): Promise<void> {
    const copy = surfaces.find((surface) => surface.name === name);
    if (!copy?.channel || !copy.ts) return;
    const drawn = approvalMessage(request, steps, this.#options.approvals.policy);
    const { channel, ts } = copy;
    await this.#update(request.id, name, { channel, ts, version: request.version }, drawn);
  }

  /** Updates a message; one that is there no more is posted anew the next time, while that is of use. */
  async #update(
    id: RequestId,
    name: SurfaceName,
    { channel, ts, version }: { channel: ChannelId; ts: string; version: number },
    drawn: Message,
  ): Promise<void> {
    const { slack, log, store } = this.#options;
    try {
      await slack.background.chat.update({ channel, ts, ...drawn, parse: PLAIN_POSTING.parse });
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === null) throw error;
      log.warn({ request: id, surface: name, err: error }, 'Slack does not update a message of a request');
      if (name === 'message' && refusal === 'message_not_found' && hasButtons(drawn)) {
        await store.transaction((transaction) =>
          recordShown(transaction, id, name, { channel: null, ts: null, version: 0 }),
        );
        return;
      }
    }
    await store.transaction((transaction) => recordShown(transaction, id, name, { channel, ts, version }));
  }

  async #recordShown(id: RequestId, name: SurfaceName, version: number): Promise<void> {
    await this.#options.store.transaction((transaction) =>
      recordShown(transaction, id, name, { channel: null, ts: null, version }),
    );
  }

  async #post(
    channel: string,
    { text, blocks }: Message,
    threadTs?: string,
  ): Promise<{ channel: ChannelId; ts: string }> {
    const posted = await this.#options.slack.background.chat.postMessage({
      channel,
      text,
      blocks,
      ...(threadTs !== undefined && { thread_ts: threadTs }),
      ...PLAIN_POSTING,
    });
    return { channel: ChannelId.parse(posted.channel), ts: posted.ts ?? '' };
  }

  /** `false` where Slack refuses for good: that is logged, and nothing that waiting would mend. */
  async #unlessRefused(id: RequestId, post: () => Promise<unknown>): Promise<boolean> {
    try {
      await post();
      return true;
    } catch (error) {
      if (finalRefusal(error) === null) throw error;
      this.#options.log.warn({ request: id, err: error }, 'Slack does not take a message about a request');
      return false;
    }
  }
}

function isOutcomeStep(step: Step): step is Step & { event: OutcomeEvent } {
  return ['completed', 'failed', 'refused', 'denied', 'cancelled', 'expired'].includes(step.event.kind);
}

function hasButtons({ blocks }: Message): boolean {
  return blocks.some(({ type }) => type === 'actions');
}

function confirmationOf(request: ApprovalRequest, at: Date): Message {
  const { requester, approvers, reason } = request;
  const by = approvers.map((approver) => say` Approved by ${member(approver)}.`);
  const approved = by.reduce((line, each) => say`${line}${each}`, say``);
  return message(
    say`🗑️ ${targetWords(request)} was deleted ${date(at)}. ${member(requester)} asked for it.${approved}`,
    ...(reason === null ? [] : [say`${bold('Reason:')} ${reason}`]),
  );
}

/** What the requester can do about a channel that does not take the request. */
function howToMend(refusal: string): Sentence {
  switch (refusal) {
    case 'not_in_channel':
    case 'channel_not_found':
      return say`I am not in that channel. /invite me there and ask again, or ask in a channel that I am in.`;
    case 'is_archived':
      return say`That channel is archived. Ask again in another one.`;
    default:
      return say`Slack did not let me post there (${refusal}). Ask again in another channel.`;
  }
}
