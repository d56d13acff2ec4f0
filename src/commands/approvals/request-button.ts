import { type ApprovalRequest, RequestId } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import { isDirect } from '../../slack/connection/conversations.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { IncomingOf } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openRequests } from './approvals.ts';

export type RequestClick = {
  interaction: Interaction;
  id: RequestId;
  /** The message it was on; null where only the caller sees that. */
  seenAt: { channel: ChannelId; ts: string } | null;
  /** Where the list of open requests can be replaced that it was on; null where it was on no list. */
  listUrl: string | null;
};

/** `form`: the step is still to come, by a form. */
type Clicked = 'form' | 'done';

/** Listens for a button whose value is a request's id. */
export function requestButtonListener(
  actionId: string,
  act: (click: RequestClick) => Promise<Clicked>,
): Listener {
  return clickOnRequest(actionId, async (interaction, id, { place, responseUrl }) => {
    const seenAt =
      place.kind === 'message' && place.ts !== null ? { channel: place.channel, ts: place.ts } : null;
    // What only the caller sees is the list of requests.
    const listUrl = place.kind === 'message' && place.ts === null ? responseUrl : null;
    let clicked: Clicked = 'done';
    try {
      clicked = await act({ interaction, id, seenAt, listUrl });
    } finally {
      if (clicked === 'done' && listUrl !== null) await showListAgain(interaction, listUrl);
      if (seenAt !== null) await interaction.services.approvals.seenAt(id, seenAt);
    }
  });
}

/** Listens for a button that a request offers once it has ended, on its message and in its thread. */
export function requestOfferListener(
  actionId: string,
  act: (interaction: Interaction, id: RequestId) => Promise<void>,
): Listener {
  // A request that is made here is public, as this one was.
  return clickOnRequest(actionId, (interaction, id) => act(interaction.shownTo({ private: false }), id));
}

function clickOnRequest(
  actionId: string,
  act: (interaction: Interaction, id: RequestId, click: IncomingOf<'click'>) => Promise<void>,
): Listener {
  const requestIn = (value: string | null) => RequestId.safeParse(value).data ?? null;
  return {
    kind: 'click',
    id: actionId,
    requestIn,
    async run(interaction, click) {
      const id = requestIn(click.value);
      if (id === null) throw noLongerWorks('button', 'approvals');
      await act(interaction, id, click);
    },
  };
}

/**
 * Whether the click was on the request's message, which shows what the click did, and its thread as well: in its
 * channel, or in an approver's direct messages once another company reads along there.
 */
export function isShown(seenAt: RequestClick['seenAt'], { channel }: ApprovalRequest): boolean {
  return seenAt !== null && (seenAt.channel === channel || isDirect(seenAt.channel));
}

/** Replaces a list of open requests, which shows what was. Never throws: its buttons still say what is the case. */
export async function showListAgain(interaction: Interaction, listUrl: string): Promise<void> {
  try {
    const list = await openRequests(interaction);
    await interaction.services.posting.respond(listUrl, { kind: 'replace-original', message: list });
  } catch (error) {
    interaction.log.warn({ err: error }, 'a list of requests could not be replaced');
  }
}
