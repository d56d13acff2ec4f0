import type { Button } from '@slack/types';
import type { Customer, User } from '../fastly/user.ts';
import { code, member, say } from '../messages/kit/sentence.ts';
import { userCard } from '../messages/user-card.ts';
import { promotionButtons } from '../slack/promotion-buttons.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { oneUserSubcommand } from './inputs/one-user.ts';
import { userButton } from './inputs/user-button.ts';
import { orNull } from './or-null.ts';

export const get = oneUserSubcommand({
  name: 'get',
  summary: "Show a user's card",
  about: say`Shows the user as of now, with buttons to update, reset, list API tokens and delete. Nothing is changed.`,
  examples: ['get', 'get edda.morton@example.com', "get O'Gallin", 'get edda --private'],
  form: { title: 'Find a user', submit: () => 'Show' },
  purpose: 'look',
  button: (_services, name) => `Show ${name}`,
  ahead({ reply, services: { directory } }) {
    reply.resultFollows();
    directory.account().catch(() => {});
  },
  async act(interaction, { id }) {
    const { users, services, reply, log } = interaction;
    reply.resultFollows();
    const [user, running, account] = await Promise.all([
      users.getUser(id),
      // A card is shown also where the database is away.
      orNull(services.promotions.of(id), log, 'whether the role of a user ends could not be read'),
      orNull(services.directory.account(), log, 'the account could not be read, so its owner is not marked'),
    ]);
    if (!user.deleted_at) services.leavers.met(user);
    const ending = running === null ? [] : promotionButtons(running, !services.disabled.has('update'));
    const buttons = [...buttonsFor(interaction, user, account), ...ending];
    const footnote = say`Requested by ${member(interaction.caller.memberId)} with ${code('/fastly-user get')}`;
    return await reply.result(userCard(user, account, footnote, buttons, running));
  },
});

const ON_CARD = ['update', 'unlock', 'lock', 'reset', 'tokens', 'delete'] as const;

/** What would be refused for sure is not offered. */
function buttonsFor({ services, origin }: Interaction, user: User, account: Customer | null): Button[] {
  if (user.deleted_at) return [];
  const inVain: readonly string[] = [
    ...(user.locked ? ['lock', 'reset'] : ['unlock']),
    ...(account?.owner_id === user.id ? ['lock', 'delete'] : []),
  ];
  const offered = ON_CARD.filter((name) => !services.disabled.has(name) && !inVain.includes(name));
  return offered.map((name) => userButton(name, user, origin.private));
}
