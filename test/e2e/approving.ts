import { CDN_TEAM, type Channel, type Member } from '../sandbox/cast.ts';
import type { ActingMember, ControlClient } from '../sandbox/control/client.ts';
import type { Outcome, SeenMessage, Sees } from '../sandbox/control/protocol.ts';
import { elementsOf, messagesIn, wordsOf } from './seeing.ts';

export type RequestButton = 'approve' | 'deny' | 'cancel' | 'retry' | 'lock';

/** An approval request's message in a channel, as `who` has it in front of them. */
export class RequestMessage {
  readonly id: string;
  readonly ts: string;
  readonly channel: Channel;

  constructor(id: string, ts: string, channel: Channel) {
    this.id = id;
    this.ts = ts;
    this.channel = channel;
  }

  /** The message as it stands; `undefined` when it is there no more. */
  in(sees: Sees): SeenMessage | undefined {
    return messagesIn(sees, this.channel).find(({ ts }) => ts === this.ts);
  }

  words(sees: Sees): string {
    return wordsOf(this.in(sees)?.blocks ?? []);
  }

  /** What stands in its thread, oldest first. */
  thread(sees: Sees): string[] {
    return messagesIn(sees, this.channel)
      .filter(({ threadTs }) => threadTs === this.ts)
      .map(({ blocks }) => wordsOf(blocks));
  }

  /** The buttons it has now, as `approve`, `deny`, … */
  buttons(sees: Sees): string[] {
    return elementsOf(this.in(sees)?.blocks ?? []).map(({ action_id }) =>
      String(action_id).replace('approvals.', ''),
    );
  }

  click(who: ActingMember, button: RequestButton): Promise<Outcome> {
    return who.click({ channel: this.channel.id, ts: this.ts, actionId: `approvals.${button}` });
  }

  /** Waits until the message says `words`, and returns all that it says then. */
  async until(who: ActingMember, words: string, patience?: number): Promise<string> {
    const all = (sees: Sees) => (this.words(sees).includes(words) ? this.words(sees) : undefined);
    return await who.until(all, `the request to say '${words}'`, patience);
  }
}

/** Types `/fastly-user delete` and waits for the request's message. */
export async function askForDeletion(
  client: ControlClient,
  requester: Member,
  user: { id: string; name: string | null },
  {
    reason,
    channel = CDN_TEAM,
    shownIn = channel,
  }: { reason?: string; channel?: Channel; shownIn?: Channel } = {},
): Promise<RequestMessage> {
  const who = client.as(requester);
  await who.command(`delete ${user.id}${reason === undefined ? '' : ` --reason "${reason}"`}`, channel);
  return await who.until((sees) => openRequest(sees, shownIn, user), `the request to delete ${user.name}`);
}

/** The message of the open request about this user, once it is there with its buttons. */
export function openRequest(sees: Sees, channel: Channel, user: { id: string }): RequestMessage | undefined {
  for (const message of messagesIn(sees, channel)) {
    const button = elementsOf(message.blocks).find(({ action_id }) => action_id === 'approvals.approve');
    if (button && wordsOf(message.blocks).includes(user.id)) {
      return new RequestMessage(String(button.value), message.ts, channel);
    }
  }
  return undefined;
}

/** The DELETE calls that reached Fastly, by path. */
export async function deletions(client: ControlClient): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
}

/** What a member was told privately in a channel or in their direct messages, oldest first. */
export function toldPrivately(sees: Sees, channel: Channel | 'direct' = CDN_TEAM): string[] {
  return messagesIn(sees, channel)
    .filter(({ ephemeral }) => ephemeral || channel === 'direct')
    .map(({ blocks }) => wordsOf(blocks));
}
