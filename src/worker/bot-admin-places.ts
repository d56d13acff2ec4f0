import type { ChannelId, MemberId } from '../ids.ts';
import type { Logger } from '../observability/log.ts';
import { type BotAdmins, membersWith } from '../slack/bot-admins/bot-admins.ts';
import type { Conversations } from '../slack/connection/conversations.ts';

export type BotAdminPlacesOptions = {
  botAdmins: BotAdmins;
  conversations: Conversations;
  approvalsChannel: ChannelId | null;
  log: Logger;
};

/**
 * Where bot admins are told something: in the approvals channel, or in direct messages where there is none, the bot can't
 * see it, or people of another company read along. Empty where Slack doesn't say who reads along, or nobody is there to tell.
 */
export async function botAdminPlaces(
  options: BotAdminPlacesOptions,
): Promise<readonly (ChannelId | MemberId)[]> {
  const { approvalsChannel, conversations, log } = options;
  if (approvalsChannel === null) return await ableBotAdmins(options);
  switch (await conversations.audienceOfChannel(approvalsChannel)) {
    case 'own-workspace':
      return [approvalsChannel];
    case 'other-companies':
    case 'hidden':
      return await ableBotAdmins(options);
    case 'unknown':
      log.warn("Slack didn't say who reads the approvals channel, so bot admins are told later");
      return [];
  }
}

/** The bot admins whom Slack calls full, active members. */
export async function ableBotAdmins({
  botAdmins,
  log,
}: Pick<BotAdminPlacesOptions, 'botAdmins' | 'log'>): Promise<MemberId[]> {
  const able = membersWith(await botAdmins.read(), 'able');
  if (able.length === 0) log.warn('there is no bot admin to tell, trying again later');
  return able;
}
