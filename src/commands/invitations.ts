import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { invitationIsGone } from '../directory/carried-out.ts';
import { type Invitation, InvitationId } from '../fastly/invitation.ts';
import { button } from '../slack/button.ts';
import { confirm } from '../slack/confirmation.ts';
import { Refusal } from '../slack/failure.ts';
import { type Listener, originOfClick } from '../slack/listeners.ts';
import { type Message, message } from '../slack/message.ts';
import { newRequest, type Request } from '../slack/request.ts';
import { bold, code, date, member, mrkdwn, type Sentence, say, sideBySide } from '../slack/sentence.ts';
import { settingValue } from '../slack/setting-words.ts';
import { found, makeChange } from './change.ts';
import { inviteButton } from './invite.ts';
import { refuseWords } from './refuse-words.ts';
import type { Subcommand } from './subcommand.ts';

const PAGE_SIZE = 20;
/** Stands before an invitation's id in a button's value. */
const NAMED = 'invitation ';
/** How long an invitation is good for (Fastly's guide). */
const LIFE_MILLISECONDS = 7 * 24 * 3_600_000;

/** Lists the open invitations, with a button to withdraw each. */
export const invitations: Subcommand = {
  name: 'invitations',
  summary: 'List the open invitations, and withdraw them',
  about: say`Shows whom Fastly has invited and who has not come yet. ${bold('Withdraw')} makes the link of an invitation useless.`,
  usage: '[--private]',
  examples: ['invitations', 'invitations --private'],
  flags: {},
  async run(request, { words }) {
    refuseWords(this, words);
    await request.reply.result(await drawn(request, 1));
  },
  listeners: [withdrawListener(), pageListener()],
};

/** A button that shows them, for where they are only mentioned. */
export function invitationsButton(text: string) {
  return button({ actionId: 'invitations.page', text, value: 'new 1' });
}

/** An invitation in a line: to whom, as what, until when. */
export function invitationWords({ email, role, limit_services, created_at }: Invitation): Sentence {
  const until = created_at ? new Date(Date.parse(created_at) + LIFE_MILLISECONDS) : null;
  const about = [
    ...(role ? [settingValue('role', role)] : []),
    ...(limit_services ? [say`limited services`] : []),
    ...(until ? [say`good until ${date(until)}`] : []),
  ];
  return sideBySide([say`${bold(email)}`, ...about]);
}

async function drawn({ services }: Request, page: number): Promise<Message> {
  const open = (await services.fastly.listInvitations()).toSorted((a, b) =>
    (b.created_at ?? '').localeCompare(a.created_at ?? ''),
  );
  const offered = services.disabled.has('invite') ? [] : [inviteButton('Invite somebody…')];
  if (open.length === 0) {
    const none = message(say`No invitation is open. ${code('/fastly-user invite')} sends one.`);
    if (offered.length > 0) none.blocks.push({ type: 'actions', elements: offered });
    return none;
  }
  const pages = Math.ceil(open.length / PAGE_SIZE);
  const current = Math.min(page, pages);
  const first =
    open.length === 1
      ? say`${bold('One invitation is open')}`
      : say`${bold(`${open.length} invitations are open`)}, the latest first${pages > 1 ? ` (page ${current} of ${pages})` : ''}`;
  const shown = message(first);
  shown.blocks.push(...open.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE).map(entry));
  const turns = [
    ...(current > 1 ? [pageButton('Newer', current - 1)] : []),
    ...(current < pages ? [pageButton('Older', current + 1)] : []),
  ];
  const buttons = [...turns, ...offered];
  if (buttons.length > 0) shown.blocks.push({ type: 'actions', elements: buttons });
  return shown;
}

function entry(invitation: Invitation): KnownBlock {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text: mrkdwn(invitationWords(invitation)), verbatim: true },
    accessory: button({
      actionId: 'invitations.withdraw',
      text: 'Withdraw',
      value: `${NAMED}${invitation.id}`,
      confirm: {
        title: say`Withdraw the invitation?`,
        text: say`The link that Fastly e-mailed to ${invitation.email} stops working.`,
        confirm: 'Withdraw',
        style: 'danger',
      },
    }),
  };
}

function pageButton(text: string, page: number) {
  return button({ actionId: 'invitations.page', text, value: `turn ${page}` });
}

function withdrawListener(): Listener {
  return {
    kind: 'click',
    id: 'invitations.withdraw',
    async run(delivery, services) {
      const { incoming } = delivery;
      const id = InvitationId.safeParse(incoming.value?.replace(NAMED, ''));
      if (!id.success || !incoming.value?.startsWith(NAMED)) throw new Refusal(unnamed());
      const origin = { ...originOfClick(incoming), private: false };
      const request = newRequest(services, delivery, { origin, responseUrl: incoming.responseUrl });
      const open = (await services.fastly.listInvitations()).find((each) => each.id === id.data);
      if (!open)
        throw new Refusal(
          say`That invitation is not open any more: it was accepted or withdrawn, or has expired.`,
        );
      await makeChange(request, {
        kind: 'withdraw',
        target: { id: null, login: open.email, name: open.email },
        invitation: open.id,
        call: () => services.fastly.deleteInvitation(open.id),
        look: async () =>
          found((await invitationIsGone(services.fastly, open.id)) ? undefined : null, 'failed'),
      });
      const by = member(request.caller.memberId);
      await confirm(
        request,
        message(say`↩️ ${by} withdrew the invitation of ${bold(open.email)}, ${date(new Date())}.`),
      );
      await request.reply.replaceOriginal(await drawn(request, 1));
    },
  };
}

/** `new`: beside what it was clicked on; `turn`: in its place. */
const Turn = z.templateLiteral([z.enum(['new', 'turn']), ' ', z.number().int().positive()]);

function pageListener(): Listener {
  return {
    kind: 'click',
    id: 'invitations.page',
    async run(delivery, services) {
      const { incoming } = delivery;
      const turn = Turn.safeParse(incoming.value);
      if (!turn.success) throw new Refusal(unnamed());
      const [how, page] = turn.data.split(' ');
      const origin = originOfClick(incoming);
      const request = newRequest(services, delivery, { origin, responseUrl: incoming.responseUrl });
      const shown = await drawn(request, Number(page));
      if (how === 'new') await request.reply.privately(shown);
      else await request.reply.replaceOriginal(shown);
    },
  };
}

function unnamed(): Sentence {
  return say`This button names no user any more. Start again with ${code('/fastly-user invitations')}.`;
}
