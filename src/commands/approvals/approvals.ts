import type { Button, KnownBlock } from '@slack/types';
import { type ApprovalRequest, deedOf } from '../../approvals/request.ts';
import { type Policy, standingApprovers } from '../../approvals/rules.ts';
import { APPROVE, CANCEL, DENY, requestButtons } from '../../slack/approval-message.ts';
import { whereRequestIs } from '../../slack/approval-place.ts';
import { targetWords } from '../../slack/approval-words.ts';
import { toDo } from '../../slack/deed-words.ts';
import { context, type Message, message } from '../../slack/message.ts';
import { reasonLine } from '../../slack/reason.ts';
import type { Request } from '../../slack/request.ts';
import { bold, code, date, member, richText, type Sentence, say } from '../../slack/sentence.ts';
import { refuseWords } from '../refuse-words.ts';
import type { Subcommand } from '../subcommand.ts';

/** Each takes three blocks of the 50 that a message holds (docs.slack.dev, chat.postMessage). */
const MOST_LISTED = 15;

/** Lists what waits, to the caller alone: the buttons are those that mean something to them. */
export const approvals: Subcommand = {
  name: 'approvals',
  summary: 'List what waits for approval',
  about: say`Shows you alone every open request, with the buttons that are for you: approve or deny what others asked for, take back or retry your own.`,
  usage: '',
  examples: ['approvals'],
  flags: {},
  listeners: [],
  async run(request, { words }) {
    refuseWords(this, words);
    const open = await request.services.approvals.open();
    await request.reply.privately(open.length === 0 ? NOTHING : await listed(request, open));
  },
};

const NOTHING = message(say`Nothing waits for approval. ${code('/fastly-user delete')} asks for a deletion.`);

async function listed(request: Request, open: readonly ApprovalRequest[]): Promise<Message> {
  const shown = open.slice(0, MOST_LISTED);
  const entries = await Promise.all(shown.map((each) => entry(request, each)));
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
      ...(more > 0 ? [context(say`These are the oldest ${shown.length}; ${more} more are open.`)] : []),
    ],
  };
}

async function entry(request: Request, open: ApprovalRequest): Promise<KnownBlock[]> {
  const { requester, expiresAt } = open;
  const { policy } = request.services.approvals;
  const where = await whereRequestIs(request.services, open);
  const buttons = requestButtons(open).filter((each) => concerns(request, open, each));
  return [
    { type: 'divider' },
    richText(
      say`${member(requester)} asks to ${toDo(deedOf(open.action), targetWords(open))}: ${where}.`,
      ...reasonLine(open.reason),
      say`${standing(open, policy)} Until ${date(new Date(expiresAt))}.`,
    ),
    ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons } satisfies KnownBlock]),
  ];
}

function standing(request: ApprovalRequest, policy: Policy): Sentence {
  const { state, approvalsRequired } = request;
  const given = standingApprovers(request, policy).length;
  switch (state.kind) {
    case 'pending':
      return given === 0
        ? say`⏳ Nobody has approved yet.`
        : say`⏳ ${given} of ${approvalsRequired} approvals.`;
    case 'failed':
      return say`⚠️ It went wrong: ${state.why}`;
    default:
      return say`⚙️ Approved; I am at it.`;
  }
}

/** Who asked can take it back, the others decide. */
function concerns(
  { caller, services }: Request,
  { requester }: ApprovalRequest,
  { action_id }: Button,
): boolean {
  const own = caller.memberId === requester;
  switch (action_id) {
    case CANCEL:
      return own;
    case DENY:
      return !own;
    case APPROVE:
      return !own || services.approvals.policy.allowSelfApproval;
    default:
      return true;
  }
}
