import { approvalEntry } from '../../messages/approval-message.ts';
import { context, type Message, message, withButtons } from '../../messages/kit/message.ts';
import { bold, richText, say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { placeText } from '../../slack/replies/request-link.ts';
import { rolesThatEnd } from '../promotions/running.ts';
import { refuseWords, type Subcommand } from '../subcommand.ts';

/** Each takes three blocks of the 50 that a message holds (docs.slack.dev, chat.postMessage); five are left for the rest. */
export const MOST_LISTED = 15;

export const approvals: Subcommand = {
  name: 'approvals',
  summary: 'List open approval requests',
  about: say`Lists the open requests with the buttons you can use: approve or deny the requests of others, cancel your own, retry any that failed. Lists the roles that end, too. Only you see the list.`,
  usage: '',
  examples: ['approvals'],
  flags: {},
  listeners: [],
  async run(interaction, { words }) {
    refuseWords(this, words);
    await interaction.reply.privately(await openRequests(interaction));
  },
};

export async function openRequests({ services, caller }: Interaction): Promise<Message> {
  const { policy } = services.approvals;
  const { shown, more } = await services.approvals.open(MOST_LISTED);
  const { lines, more: moreRoles } = await rolesThatEnd(services);
  const all = shown.length + more;
  if (all === 0) return withButtons(message(say`There are no open requests.`, ...lines), moreRoles);
  const list = message(say`${bold(all === 1 ? 'One request is open' : `${all} requests are open`)}`);
  const entries = await Promise.all(
    shown.map(async ({ request, posted }) =>
      approvalEntry(request, await placeText(services, request, posted), caller.memberId, policy),
    ),
  );
  list.blocks.push(...entries.flatMap((entry) => [{ type: 'divider' } as const, ...entry]));
  if (more > 0) list.blocks.push(context(say`These are the oldest ${shown.length} of ${all}.`));
  if (lines.length > 0) list.blocks.push(richText(...lines));
  return withButtons(list, moreRoles);
}
