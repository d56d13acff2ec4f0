import type { Button } from '@slack/types';
import type { Customer, User } from '../fastly/user.ts';
import { code, member, say } from '../messages/kit/sentence.ts';
import { userCard } from '../messages/user-card.ts';
import { promotionButtons } from '../slack/promotion-buttons.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { oneUserSubcommand } from './inputs/one-user.ts';
import {
  deleteButton,
  lockButton,
  resetButton,
  tokensButton,
  unlockButton,
  updateButton,
} from './inputs/user-button.ts';

/** Shows a user's card, as Fastly has it now. */
export const get = oneUserSubcommand({
  name: 'get',
  summary: "Show a user's card",
  about: say`Shows the user as of now, with buttons to update, reset, list API tokens and delete. Nothing is changed.`,
  examples: ['get', 'get edda.morton@example.com', "get O'Gallin", 'get edda --private'],
  form: { title: 'Find a user', submit: () => 'Show' },
  purpose: 'look',
  button: (_services, name) => `Show ${name}`,
  ahead,
  async act(interaction, { id }) {
    const { users, services, reply, log } = interaction;
    reply.resultFollows();
    const [user, running, account] = await Promise.all([
      users.getUser(id),
      promotionOf(interaction, id),
      services.directory.account().catch((error: Error) => {
        log.warn({ err: error }, 'the account could not be read, so its owner is not marked');
        return null;
      }),
    ]);
    if (!user.deleted_at) services.leavers.met(user);
    const ending = running === null ? [] : promotionButtons(running, !services.disabled.has('update'));
    const buttons = [...buttonsFor(interaction, user, account), ...ending];
    const footnote = say`Requested by ${member(interaction.caller.memberId)} with ${code('/fastly-user get')}`;
    return await reply.result(userCard(user, account, footnote, buttons, running));
  },
});

/** A card is shown also where the database is away. */
async function promotionOf({ services, log }: Interaction, id: string) {
  return await services.promotions.of(id).catch((error: Error) => {
    log.warn({ err: error }, 'whether the role of a user ends could not be read');
    return null;
  });
}

function ahead({ reply, services: { directory } }: Interaction): void {
  reply.resultFollows();
  directory.account().catch(() => {});
}

function lockButtons(card: {
  user: User;
  alone: boolean;
  owner: boolean;
  disabled: ReadonlySet<string>;
}): Button[] {
  const { user, alone, owner, disabled } = card;
  if (user.locked) return disabled.has('unlock') ? [] : [unlockButton(user, alone)];
  return disabled.has('lock') || owner ? [] : [lockButton(user, alone)];
}

/** What would be refused for sure is not offered. */
function buttonsFor({ services, origin }: Interaction, user: User, account: Customer | null): Button[] {
  if (user.deleted_at) return [];
  const { disabled } = services;
  const alone = origin.private;
  const owner = account?.owner_id === user.id;
  return [
    ...(disabled.has('update') ? [] : [updateButton(user, alone)]),
    ...lockButtons({ user, alone, owner, disabled }),
    ...(disabled.has('reset') || user.locked ? [] : [resetButton(user, alone)]),
    ...(disabled.has('tokens') ? [] : [tokensButton(user, alone)]),
    ...(disabled.has('delete') || owner ? [] : [deleteButton(user, alone)]),
  ];
}
