import type { Button } from '@slack/types';
import { mayApprove } from '../../approvals/approvers.ts';
import { isRepetition, isToldByMessage, type Step } from '../../approvals/event.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import { type SurfaceName, surfacesOf } from '../../approvals/surfaces.ts';
import type { MemberId } from '../../ids.ts';
import { directRequest, enabledButtons, revokeLeftButtons } from '../../messages/approval-message.ts';
import { stepText } from '../../messages/approval-notices.ts';
import { message, withButtons } from '../../messages/kit/message.ts';
import type { Sentence } from '../../messages/kit/sentence.ts';
import { promotionButtons } from '../../slack/promotion-buttons.ts';
import { undoButtons } from '../../slack/undo-button.ts';
import type { RequestShowing } from './showing.ts';

export async function showThread(showing: RequestShowing): Promise<void> {
  const { request, steps, surfaces } = showing.snapshot;
  // Where there is no message there is no thread.
  const place = await showing.options.approvals.messageOf(request.id);
  if (place === null && (await willBePosted(showing))) return;
  const shown = surfaces.find(({ name }) => name === 'thread')?.shown ?? 0;
  const unshown = steps.filter(({ number }) => number > shown);
  for (const step of unshown) {
    const words = wordsInThread(showing, step, request);
    if (words !== null && place !== null && !(await showing.isShared(place.channel))) {
      const told = withButtons(message(words), await offersWith(showing, step, request));
      await showing.post(place.channel, told, place.ts);
    }
    if (words !== null || step === unshown.at(-1)) await showing.recordShown('thread', step.number);
  }
}

/** Whether the message, and with it the thread, comes with the next round: it was found to be gone. */
async function willBePosted(showing: RequestShowing): Promise<boolean> {
  const { id } = showing.snapshot.request;
  const surfaces = await showing.options.store.read((database) => surfacesOf(database, id));
  const message = surfaces.find(({ name }) => name === 'message');
  return message !== undefined && message.wanted > message.shown;
}

function wordsInThread(showing: RequestShowing, step: Step, request: ApprovalRequest): Sentence | null {
  // Whoever is asked to approve when there is nothing to approve any more would look in vain.
  if (step.event.kind === 'reminded' && request.state.kind !== 'pending') return null;
  if (isToldByMessage(request.action, step.event)) return null;
  if (isRepetition(step, showing.snapshot.steps)) return null;
  return stepText(step, request, showing.options.approvals.policy);
}

/** What was given for a time can be ended, and a demotion can be undone once it is carried out, and **Lock now** once its request has ended. */
async function offersWith(
  showing: RequestShowing,
  { event }: Step,
  { id, action }: ApprovalRequest,
): Promise<Button[]> {
  const { intents, promotions, disabled } = showing.options;
  if (action.target.id === null || action.kind === 'revoke') return [];
  if (event.kind === 'completed' && event.endsAt !== undefined) {
    const running = await promotions.of(action.target.id);
    return running === null ? [] : promotionButtons(running, !disabled.has('update'));
  }
  const left = event.kind === 'completed' ? revokeLeftButtons(id, event.tokens) : [];
  let key: string | null = null;
  if (event.kind === 'locked') key = await intents.lockOf(id, action.target.id);
  if (event.kind === 'completed') key = id;
  const undoable = key === null ? null : await intents.undoable(key);
  const undo = undoable === null ? [] : undoButtons(undoable.change, { private: false }, disabled);
  return [...undo, ...enabledButtons(left, disabled)];
}

/** Shows the request in an approver's direct messages, and the steps made since as replies. */
export async function showDirectly(
  showing: RequestShowing,
  name: SurfaceName,
  approver: MemberId,
): Promise<void> {
  const { request, steps, surfaces } = showing.snapshot;
  const { approvals, posting, disabled, log } = showing.options;
  const known = surfaces.find((surface) => surface.name === name);
  const place = known?.channel && known.ts ? { channel: known.channel, ts: known.ts } : null;
  // Who was a bot admin when the request went on there, and is none any more, is shown nothing further.
  if (!approvals.policy.botAdmins.includes(approver)) {
    return await showing.recordShown(name, request.version, place ?? undefined);
  }
  const drawn = directRequest(request, steps, approvals.policy, approver, disabled);
  const shown = place ? await posting.update(place, drawn) : await posting.post(approver, drawn);
  if (shown.kind === 'refused') {
    log.warn(
      { request: request.id, surface: name, why: shown.word },
      'an approver cannot be shown a request',
    );
    await showing.throwIfWaitedFor(approver, shown);
  }
  if (place === null) {
    return await showing.recordShown(name, request.version, shown.kind === 'posted' ? shown : undefined);
  }
  for (const step of steps.filter(({ number }) => number > (known?.shown ?? 0))) {
    const words = wordsInThread(showing, step, request);
    const asked = step.event.kind !== 'reminded' || mayApprove(request, approvals.policy).includes(approver);
    if (words === null || !asked) continue;
    await showing.post(place.channel, message(words), place.ts);
    await showing.recordShown(name, step.number, place);
  }
  await showing.recordShown(name, request.version, place);
}
