import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { withdrawal } from '../changes/operations.ts';
import { type Invitation, InvitationId } from '../fastly/invitation.ts';
import { madeText } from '../messages/change-text.ts';
import { Refusal } from '../messages/failure-text.ts';
import { button } from '../messages/kit/blocks.ts';
import { lineWith, type Message, message } from '../messages/kit/message.ts';
import { bold, code, date, richText, type Sentence, say, sideBySide } from '../messages/kit/sentence.ts';
import { settingValue } from '../messages/settings-text.ts';
import { codecFor } from '../slack/carried.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { carryingButton } from './carrying-button.ts';
import { inviteButton } from './invite.ts';
import { makeChange, Overtaken } from './make-change.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

const PAGE_SIZE = 20;
const SHOW = 'invitations.show';
const NEWER = 'invitations.newer';
const OLDER = 'invitations.older';
/** How long an invitation is valid (Fastly's guide). */
const LIFE_MILLISECONDS = 7 * 24 * 3_600_000;

/** What the buttons carry: the page, and whether what comes of it is for the caller alone. It comes back as input. */
const PageSchema = z.object({ page: z.int().positive(), private: z.boolean() });
const Page = codecFor('button', PageSchema, 'invitations');
const Withdrawal = codecFor(
  'button',
  PageSchema.extend({
    invitation: InvitationId,
    /** To whom it was, as the person saw it. */
    email: z.string(),
  }),
  'invitations',
);

export const invitations: Subcommand = {
  name: 'invitations',
  summary: 'List and withdraw open invitations',
  about: say`Lists the invitations that haven't been accepted. ${bold('Withdraw')} makes an invitation's link stop working.`,
  usage: '[--private]',
  examples: ['invitations', 'invitations --private'],
  flags: {},
  async run(interaction, { words }) {
    refuseWords(this, words);
    interaction.reply.resultFollows();
    await interaction.reply.result(await drawn(interaction, 1));
  },
  listeners: [
    carryingButton(SHOW, Page, async (shown, { page }) => {
      await shown.reply.privately(await drawn(shown, page));
    }),
    carryingButton(NEWER, Page, turnTo),
    carryingButton(OLDER, Page, turnTo),
    carryingButton('invitations.withdraw', Withdrawal, withdraw),
  ],
};

const MOST_IN_SHORT = 5;

/** The latest open invitations, shown below the table, and a button to list all. */
export async function openInvitations(interaction: Interaction): Promise<KnownBlock[]> {
  const { services, log } = interaction;
  if (services.disabled.has('invitations')) return [];
  try {
    const open = await services.fastly.listInvitations();
    if (open.length === 0) return [];
    const more = open.length - MOST_IN_SHORT;
    return [
      richText(
        say`✉️ ${bold(openText(open.length))}`,
        ...newestFirst(open).slice(0, MOST_IN_SHORT).map(invitationWords),
        ...(more > 0 ? [say`and ${more} more.`] : []),
      ),
      { type: 'actions', elements: [pageButton(interaction, SHOW, 'Withdraw invitations…', 1)] },
    ];
  } catch (error) {
    log.warn({ err: error }, 'the invitations could not be read for a list of users');
    return [richText(say`✉️ Open invitations couldn't be read from Fastly.`)];
  }
}

/** An invitation in a line: to whom, as what, until when. */
export function invitationWords({ email, role, limit_services, created_at }: Invitation): Sentence {
  const until = created_at ? new Date(Date.parse(created_at) + LIFE_MILLISECONDS) : null;
  const about = [
    ...(role ? [settingValue('role', role)] : []),
    ...(limit_services ? [say`limited services`] : []),
    ...(until ? [say`expires ${date(until)}`] : []),
  ];
  return sideBySide([say`${bold(email)}`, ...about]);
}

function openText(open: number): string {
  return open === 1 ? 'One invitation is open' : `${open} invitations are open`;
}

function newestFirst(invitations: readonly Invitation[]): Invitation[] {
  return invitations.toSorted((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''));
}

async function drawn(interaction: Interaction, page: number): Promise<Message> {
  const { services } = interaction;
  const open = newestFirst(await services.fastly.listInvitations());
  const mayInvite = !services.disabled.has('invite');
  const pages = Math.ceil(open.length / PAGE_SIZE);
  const current = Math.min(page, pages);
  const paging = pages > 1 ? ` (page ${current} of ${pages})` : '';
  const order = open.length > 1 ? `, newest first${paging}` : '';
  const hint = mayInvite ? say` Run ${code('/fastly-user invite')} to send one.` : say``;
  const shown = message(
    open.length > 0 ? say`${bold(openText(open.length))}${order}` : say`No invitation is open.${hint}`,
  );
  const onPage = open.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE);
  shown.blocks.push(...onPage.map((invitation) => entry(interaction, invitation, current)));
  const elements = [
    ...(current > 1 ? [pageButton(interaction, NEWER, 'Newer', current - 1)] : []),
    ...(current < pages ? [pageButton(interaction, OLDER, 'Older', current + 1)] : []),
    ...(mayInvite ? [inviteButton(interaction, 'Invite a user…')] : []),
  ];
  if (elements.length > 0) shown.blocks.push({ type: 'actions', elements });
  return shown;
}

function entry({ origin }: Interaction, invitation: Invitation, page: number): KnownBlock {
  const withdraw = button({
    actionId: 'invitations.withdraw',
    text: 'Withdraw',
    value: Withdrawal.write({
      page,
      private: origin.private,
      invitation: invitation.id,
      email: shownAddress(invitation),
    }),
    confirm: {
      title: say`Withdraw this invitation?`,
      text: say`The link that Fastly emailed to ${invitation.email} will stop working.`,
      confirm: 'Withdraw',
      style: 'danger',
    },
  });
  return lineWith(withdraw, invitationWords(invitation));
}

/** As much of the address as a button carries; no real one is longer. */
function shownAddress({ email }: Invitation): string {
  return email.slice(0, 254).toWellFormed();
}

function pageButton({ origin }: Interaction, actionId: string, text: string, page: number) {
  return button({ actionId, text, value: Page.write({ page, private: origin.private }) });
}

async function withdraw(interaction: Interaction, about: ReturnType<typeof Withdrawal.read>): Promise<void> {
  const { fastly } = interaction.services;
  const invitation = (await fastly.listInvitations()).find(({ id }) => id === about.invitation);
  if (!invitation) {
    await redraw(interaction, about.page);
    throw new Refusal(say`This invitation is no longer open. It was accepted, was withdrawn or has expired.`);
  }
  const { id, email } = invitation;
  if (shownAddress(invitation) !== about.email) {
    await redraw(interaction, about.page);
    throw new Refusal(
      say`Fastly says that this invitation is to ${bold(email)} now. Nothing was withdrawn. Check the list, then click again.`,
    );
  }
  try {
    await makeChange(interaction, {
      kind: 'withdraw',
      target: { id: null, login: email, name: email },
      invitation: id,
      operation: withdrawal(fastly, invitation),
    });
    interaction.services.leavers.withdrawn(email);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    await redraw(interaction, about.page);
    throw new Refusal(
      say`The invitation of ${bold(email)} was accepted before it could be withdrawn. Run ${code(`/fastly-user get ${email}`)} to see the user.`,
    );
  }
  const done = madeText('withdraw', interaction.caller.memberId, say`${bold(email)}`);
  await confirm(interaction, message(say`${done}.`));
  await redraw(interaction, about.page);
}

/** Replaces the list that was clicked with a new one. Keeps the old one where Fastly does not answer. */
async function redraw(interaction: Interaction, page: number): Promise<void> {
  try {
    await interaction.reply.replaceOriginal(await drawn(interaction, page));
  } catch (error) {
    interaction.log.warn({ err: error }, 'a list of invitations stays as it was');
  }
}

async function turnTo(shown: Interaction, { page }: { page: number }): Promise<void> {
  shown.reply.resultFollows();
  await shown.reply.replaceOriginal(await drawn(shown, page));
}
