import type { KnownBlock } from '@slack/types';
import type { ApprovalRequest } from '../../approvals/request.ts';
import { approvalEntry } from '../../messages/approval-message.ts';
import { context, type Message, message } from '../../messages/kit/message.ts';
import { bold, say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { whereRequestIs } from '../../slack/replies/request-link.ts';
import { refuseWords, type Subcommand } from '../subcommand.ts';

/** Each takes three blocks of the 50 that a message holds (docs.slack.dev, chat.postMessage). */
const MOST_LISTED = 15;

/** Lists the open requests to the caller alone, with the buttons that they may use. */
export const approvals: Subcommand = {
  name: 'approvals',
  summary: 'List open approval requests',
  about: say`Lists the open requests with the buttons you can use: approve or deny the requests of others, cancel or retry your own. Only you see the list.`,
  usage: '',
  examples: ['approvals'],
  flags: {},
  listeners: [],
  async run(interaction, { words }) {
    refuseWords(this, words);
    await interaction.reply.privately(await openRequests(interaction));
  },
};

/** The list of open requests as this caller sees it. */
export async function openRequests(interaction: Interaction): Promise<Message> {
  const open = await interaction.services.approvals.open();
  return open.length === 0 ? NOTHING : await listed(interaction, open);
}

const NOTHING = message(say`There are no open requests.`);

async function listed(interaction: Interaction, open: readonly ApprovalRequest[]): Promise<Message> {
  const shown = open.slice(0, MOST_LISTED);
  const entries = await Promise.all(shown.map((each) => entry(interaction, each)));
  const first =
    open.length === 1
      ? say`${bold('One request is open')}`
      : say`${bold(`${open.length} requests are open`)}`;
  const { text, blocks } = message(first);
  const more = open.length - shown.length;
  return {
    text,
    blocks: [
      ...blocks,
      ...entries.flat(),
      ...(more > 0 ? [context(say`These are the oldest ${shown.length} of ${open.length}.`)] : []),
    ],
  };
}

async function entry({ services, caller }: Interaction, open: ApprovalRequest): Promise<KnownBlock[]> {
  const where = await whereRequestIs(services, open);
  return [{ type: 'divider' }, ...approvalEntry(open, where, caller.memberId, services.approvals.policy)];
}
