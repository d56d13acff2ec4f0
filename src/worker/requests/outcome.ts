import { isOutcome } from '../../approvals/event.ts';
import type { ChannelId } from '../../ids.ts';
import { approvalConfirmation } from '../../messages/approval-message.ts';
import { outcomeStepText } from '../../messages/approval-notices.ts';
import { message } from '../../messages/kit/message.ts';
import { say } from '../../messages/kit/sentence.ts';
import { unconfirmed } from '../../slack/replies/confirmation.ts';
import { whereRequestIs } from '../../slack/replies/request-link.ts';
import type { RequestShowing } from './showing.ts';

export async function showRequester(showing: RequestShowing): Promise<void> {
  const { request, steps } = showing.snapshot;
  const outcome = steps.findLast(isOutcome);
  if (outcome) {
    // The requester hears of a cancelled request where it could not be posted: there is nothing to see.
    const seeIt =
      outcome.event.kind === 'cancelled' ? [] : [say`See ${await whereRequestIs(showing.options, request)}.`];
    await showing.post(request.requester, message(outcomeStepText(outcome, request), ...seeIt));
  }
  await showing.recordShown('requester', request.version);
}

export async function showConfirmation(showing: RequestShowing): Promise<void> {
  const { request, steps } = showing.snapshot;
  const { confirmationsChannel, conversations, log } = showing.options;
  const completed = steps.findLast(({ event }) => event.kind === 'completed');
  // The channel that has the request's message is told by that.
  const elsewhere = confirmationsChannel !== request.channel;
  if (confirmationsChannel !== null && elsewhere && completed) {
    const audience = await conversations.audienceOfChannel(confirmationsChannel);
    if (audience === 'unknown') throw new Error('Slack did not say who reads along in CONFIRMATIONS_CHANNEL');
    const shared = audience === 'other-companies';
    const refused = shared ? null : await showing.send(confirmationsChannel, approvalConfirmation(request));
    if (shared || refused !== null) {
      log.error({ confirmationsChannel }, 'a confirmation could not be posted');
      await showing.once('confirmation', () => tellUnconfirmed(showing, confirmationsChannel));
    }
    if (refused !== null) await showing.waitForPerson('confirmation', confirmationsChannel, refused);
  }
  await showing.recordShown('confirmation', request.version);
}

/** In the request's thread, as those who read there expect the confirmation, unless another company reads along. */
async function tellUnconfirmed(showing: RequestShowing, channel: ChannelId): Promise<boolean> {
  const { request } = showing.snapshot;
  const place = await showing.options.approvals.messageOf(request.id);
  const told = message(unconfirmed(channel));
  if (place === null || (await showing.isShared(place.channel))) {
    return (await showing.send(request.requester, told)) === null;
  }
  return (await showing.send(place.channel, told, place.ts)) === null;
}
