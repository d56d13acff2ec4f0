import { mayDecide } from '../../approvals/approvers.ts';
import { lockRequest } from '../../approvals/rows.ts';
import {
  addCopy,
  addDirect,
  type MessagePlace,
  messageOf,
  recordPosted,
  recordShown,
  type SurfaceName,
} from '../../approvals/surfaces.ts';
import type { ChannelId } from '../../ids.ts';
import { approvalMessage, requestButtons } from '../../messages/approval-message.ts';
import { HIDDEN_REQUEST, unseenText } from '../../messages/approval-notices.ts';
import { type Message, message } from '../../messages/kit/message.ts';
import { plainText } from '../../messages/kit/sentence.ts';
import { DisplayTakenOver, type RequestShowing } from './showing.ts';

/** Shows the request's message, or a copy of it. The place of a copy is known from the start. */
export async function showMessage(showing: RequestShowing, name: SurfaceName): Promise<void> {
  const { request, steps, surfaces, promotion } = showing.snapshot;
  const known = surfaces.find((surface) => surface.name === name);
  const shared = await showing.isShared(known?.channel ?? request.channel);
  if (shared) await goOnDirectly(showing);
  const { approvals, disabled } = showing.options;
  const drawn = shared
    ? message(HIDDEN_REQUEST)
    : approvalMessage(request, steps, approvals.policy, promotion, requestButtons(request, disabled));
  if (known?.channel && known.ts) {
    await update(showing, name, { channel: known.channel, ts: known.ts }, drawn);
  } else if (name === 'message') await postMessage(showing, drawn, known?.channel ?? null);
}

/** @param before the channel that has shown the message until it was deleted there; null where it was never shown */
async function postMessage(showing: RequestShowing, drawn: Message, before: ChannelId | null): Promise<void> {
  const { id, channel, state } = showing.snapshot.request;
  const { approvals, posting, log } = showing.options;
  if (state.kind === 'cancelled' || (before !== null && !hasButtons(drawn))) {
    return await leaveUnposted(showing, before);
  }
  const posted = await posting.post(channel, drawn);
  if (posted.kind === 'posted') return await recordPlace(showing, posted);
  await showing.waitForPerson('message', channel, posted);
  log.warn({ why: posted.word }, 'a channel does not take an approval request');
  if (before === null) await approvals.cancelUnseen(id, plainText(unseenText(posted.word)));
  await leaveUnposted(showing, before);
}

/** Nothing is to be posted, unless a click has shown meanwhile that there is a message: that one is stale. */
async function leaveUnposted(showing: RequestShowing, channel: ChannelId | null): Promise<void> {
  const { id, version } = showing.snapshot.request;
  await showing.record(async (transaction) => {
    await lockRequest(transaction, id);
    const found = await messageOf(transaction.database, id);
    if (found === null) await recordShown(transaction, id, 'message', { channel, ts: null, version });
  });
}

/**
 * An earlier post may be in Slack although its answer was lost. If a click has already recorded that message, this
 * one becomes a copy. Recorded even after a takeover, because the message is already in Slack.
 */
async function recordPlace(showing: RequestShowing, posted: MessagePlace): Promise<void> {
  const { id, version } = showing.snapshot.request;
  const ours = await showing.options.store.transaction(async (transaction) => {
    await lockRequest(transaction, id);
    const renewed = await showing.renewLease(transaction);
    const recorded = await messageOf(transaction.database, id);
    if (recorded) await addCopy(transaction, id, { ...posted, wanted: version });
    else await recordPosted(transaction, id, { ...posted, version });
    return renewed;
  });
  if (!ours) throw new DisplayTakenOver();
}

/** From now on the request is also shown in its approvers' direct messages. */
async function goOnDirectly(showing: RequestShowing): Promise<void> {
  const { request } = showing.snapshot;
  const approvers = mayDecide(request, showing.options.approvals.policy);
  await showing.record((transaction) => addDirect(transaction, request.id, approvers, request.version));
}

/** Updates a message; one that is there no more is posted anew the next time, while that is of use. */
async function update(
  showing: RequestShowing,
  name: SurfaceName,
  place: MessagePlace,
  drawn: Message,
): Promise<void> {
  const { posting, log } = showing.options;
  const { version } = showing.snapshot.request;
  const updated = await posting.update(place, drawn);
  if (updated.kind === 'shown') return await showing.recordShown(name, version, place);
  await showing.waitForPerson(name, place.channel, updated);
  const { word, what } = updated;
  log.warn({ surface: name, why: word }, 'Slack does not update a message of a request');
  const gone = what?.kind === 'final' && what.instead === 'post-anew';
  if (name !== 'message' || !gone) return await showing.recordShown(name, version, place);
  await showing.recordShown(name, hasButtons(drawn) ? 0 : version, { channel: place.channel, ts: null });
}

function hasButtons({ blocks }: Message): boolean {
  return blocks.some(({ type }) => type === 'actions');
}
