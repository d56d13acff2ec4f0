import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { withdrawal } from '../changes/operations.ts';
import { type Invitation, InvitationId } from '../fastly/invitation.ts';
import { Refusal } from '../messages/failure-text.ts';
import { button } from '../messages/kit/blocks.ts';
import { lineWith, type Message, message } from '../messages/kit/message.ts';
import { bold, code, date, member, type Sentence, say, sideBySide } from '../messages/kit/sentence.ts';
import { settingValue } from '../messages/settings-text.ts';
import { codecFor } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import { confirm } from '../slack/replies/confirmation.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { makeChange, Overtaken } from './change.ts';
import { inviteButton } from './invite.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

const PAGE_SIZE = 20;
const SHOW = 'invitations.show';
const NEWER = 'invitations.newer';
const OLDER = 'invitations.older';
/** How long an invitation is valid (Fastly's guide). */
const LIFE_MILLISECONDS = 7 * 24 * 3_600_000;

/** Lists the open invitations, with a button to withdraw each. */
export const invitations: Subcommand = {
  name: 'invitations',
  summary: 'List and withdraw open invitations',
  about: say`Lists the invitations that haven't been accepted. ${bold('Withdraw')} makes an invitation's link stop working.`,
  usage: '[--private]',
  examples: ['invitations', 'invitations --private'],
  flags: {},
  async run(interaction, { words }) {
    refuseWords(this, words);
    await interaction.reply.result(await drawn(interaction, 1));
  },
  listeners: [withdrawListener(), pageListener(SHOW), pageListener(NEWER), pageListener(OLDER)],
};

/** What the buttons carry: the page, and whether what comes of it is for the caller alone. It comes back as input. */
const PageSchema = z.object({ page: z.int().positive(), private: z.boolean() });
const Page = codecFor('button', PageSchema, 'invitations');
const Withdrawal = codecFor('button', PageSchema.extend({ invitation: InvitationId }), 'invitations');

/** A button that lists the invitations, for messages that only mention them. */
export function invitationsButton(interaction: Interaction, text: string) {
  return pageButton(interaction, SHOW, text, 1);
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

async function drawn(interaction: Interaction, page: number): Promise<Message> {
  const { services } = interaction;
  const open = (await services.fastly.listInvitations()).toSorted((a, b) =>
    (b.created_at ?? '').localeCompare(a.created_at ?? ''),
  );
  const offered = services.disabled.has('invite') ? [] : [inviteButton(interaction, 'Invite a user…')];
  if (open.length === 0) {
    if (offered.length === 0) return message(say`No invitation is open.`);
    const none = message(say`No invitation is open. Run ${code('/fastly-user invite')} to send one.`);
    none.blocks.push({ type: 'actions', elements: offered });
    return none;
  }
  const pages = Math.ceil(open.length / PAGE_SIZE);
  const current = Math.min(page, pages);
  const first =
    open.length === 1
      ? say`${bold('One invitation is open')}`
      : say`${bold(`${open.length} invitations are open`)}, newest first${pages > 1 ? ` (page ${current} of ${pages})` : ''}`;
  const shown = message(first);
  const onPage = open.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE);
  shown.blocks.push(...onPage.map((invitation) => entry(interaction, invitation, current)));
  const turns = [
    ...(current > 1 ? [pageButton(interaction, NEWER, 'Newer', current - 1)] : []),
    ...(current < pages ? [pageButton(interaction, OLDER, 'Older', current + 1)] : []),
  ];
  const buttons = [...turns, ...offered];
  if (buttons.length > 0) shown.blocks.push({ type: 'actions', elements: buttons });
  return shown;
}

function entry({ origin }: Interaction, invitation: Invitation, page: number): KnownBlock {
  const withdraw = button({
    actionId: 'invitations.withdraw',
    text: 'Withdraw',
    value: Withdrawal.write({ page, private: origin.private, invitation: invitation.id }),
    confirm: {
      title: say`Withdraw this invitation?`,
      text: say`The link that Fastly emailed to ${invitation.email} will stop working.`,
      confirm: 'Withdraw',
      style: 'danger',
    },
  });
  return lineWith(withdraw, invitationWords(invitation));
}

function pageButton({ origin }: Interaction, actionId: string, text: string, page: number) {
  return button({ actionId, text, value: Page.write({ page, private: origin.private }) });
}

function withdrawListener(): Listener {
  return {
    kind: 'click',
    id: 'invitations.withdraw',
    async run(interaction, { value }) {
      const about = Withdrawal.read(value);
      const shown = interaction.shownTo(about);
      const open = (await shown.services.fastly.listInvitations()).find(
        (each) => each.id === about.invitation,
      );
      if (!open) {
        await redraw(shown, about.page);
        throw new Refusal(
          say`This invitation is no longer open. It was accepted, was withdrawn or has expired.`,
        );
      }
      await endInvitation(shown, open, about.page);
      const by = member(shown.caller.memberId);
      await confirm(
        shown,
        message(say`↩️ ${by} withdrew the invitation of ${bold(open.email)}, ${date(new Date())}.`),
      );
      await redraw(shown, about.page);
    },
  };
}

/** @throws {Refusal} when the invitation was accepted first */
async function endInvitation(interaction: Interaction, invitation: Invitation, page: number): Promise<void> {
  const { fastly } = interaction.services;
  const { id, email } = invitation;
  try {
    await makeChange(interaction, {
      kind: 'withdraw',
      target: { id: null, login: email, name: email },
      invitation: id,
      operation: withdrawal(fastly, invitation),
    });
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    await redraw(interaction, page);
    throw new Refusal(
      say`The invitation of ${bold(email)} was accepted before it could be withdrawn. Run ${code(`/fastly-user get ${email}`)} to see the user.`,
    );
  }
}

/** Replaces the list that was clicked with a new one. Keeps the old one where Fastly does not answer. */
async function redraw(interaction: Interaction, page: number): Promise<void> {
  try {
    await interaction.reply.replaceOriginal(await drawn(interaction, page));
  } catch (error) {
    interaction.log.warn({ err: error }, 'a list of invitations stays as it was');
  }
}

/** The first page is a message of its own. Other pages replace the page whose button was clicked. */
function pageListener(id: string): Listener {
  return {
    kind: 'click',
    id,
    async run(interaction, { value }) {
      const about = Page.read(value);
      const shown = interaction.shownTo(about);
      const list = await drawn(shown, about.page);
      if (id === SHOW) await shown.reply.privately(list);
      else await shown.reply.replaceOriginal(list);
    },
  };
}
