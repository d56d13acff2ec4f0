import type { Approvals } from '../../approvals/approvals.ts';
import { isNewer, type StoredRequest } from '../../approvals/newer.ts';
import type { OpenRequest } from '../../approvals/open-requests.ts';
import type { MemberId } from '../../ids.ts';
import { code, link, namesInShort, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Conversations } from '../../slack/connection/conversations.ts';

/** Of many requests, so many are named. */
const MOST_NAMED = 10;

type Stage = 'pending' | 'approved' | 'failed' | 'newer';

/** How one request stands, and how several do. */
const STAGES: Record<Stage, readonly [Sentence, Sentence]> = {
  pending: [say`still waits for approval`, say`still wait for approval`],
  approved: [say`is approved and not done yet`, say`are approved and not done yet`],
  failed: [say`failed and can be retried`, say`failed and can be retried`],
  newer: [say`needs a newer version of the bot`, say`need a newer version of the bot`],
};

/** What a leaver has asked for that is open, by how it stands. `mayCancel`: some of it can be denied. */
export async function requestsOf(
  { approvals, conversations }: { approvals: Approvals; conversations: Conversations },
  requester: MemberId,
): Promise<{ notes: Sentence[]; mayCancel: boolean }> {
  const requests = await approvals.openOf(requester);
  const notes: Sentence[] = [];
  for (const stage of ['pending', 'approved', 'failed', 'newer'] as const) {
    const those = requests.filter(({ request }) => stageOf(request) === stage);
    if (those.length === 0) continue;
    const names = namesInShort(await linksTo(conversations, those), MOST_NAMED);
    const [one, several] = STAGES[stage];
    const sign = stage === 'newer' ? '⏸️' : '⚠️';
    notes.push(
      those.length === 1
        ? say`${sign} Their request ${names} ${one}.`
        : say`${sign} Their requests ${names} ${several}.`,
    );
  }
  return { notes, mayCancel: requests.some(({ request }) => stageOf(request) === 'pending') };
}

function stageOf(request: StoredRequest): Stage {
  if (isNewer(request)) return 'newer';
  const { kind } = request.state;
  return kind === 'pending' || kind === 'failed' ? kind : 'approved';
}

async function linksTo(conversations: Conversations, requests: readonly OpenRequest[]): Promise<Sentence[]> {
  const links: Sentence[] = [];
  for (const { request, posted } of requests) {
    const { id } = request;
    const isNamed = links.length < MOST_NAMED;
    const url = isNamed && posted && (await conversations.linkTo(posted.channel, posted.ts));
    links.push(url ? say`${link(id, url)}` : say`${code(id)}`);
  }
  return links;
}
