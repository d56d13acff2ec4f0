import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Conversation } from '../workspace.ts';

/** A conversation the bot can see: public, or with the bot in it. */
export function visibleChannel(slack: Slack, id: string): Conversation {
  const conversation = slack.workspace.findConversation(id);
  if (conversation === undefined || (conversation.kind !== 'public' && !conversation.botIsMember)) {
    throw new Refusal('channel_not_found');
  }
  return conversation;
}

/** Where a message to `channel` goes: an id, a channel's `#name`, or a member id, which opens the direct message. */
export function channelToPostIn(slack: Slack, channel: string): Conversation {
  const { workspace, manifest } = slack;
  const named = [...workspace.conversations.values()].find(
    (each) => each.kind === 'public' && `#${each.name}` === channel,
  );
  const conversation =
    workspace.directMessage(channel) ?? visibleChannel(slack, named === undefined ? channel : named.id);
  if (conversation.kind === 'im' && !manifest.messagesTab) throw new Refusal('messages_tab_disabled');
  if (conversation.archived) throw new Refusal('is_archived');
  if (conversation.readOnly) throw new Refusal('restricted_action_read_only_channel');
  if (conversation.kind === 'im') refuseDeactivated(slack, conversation);
  if (conversation.botIsMember) return conversation;
  if (!manifest.scopes.has('chat:write.public')) throw new Refusal('not_in_channel');
  return conversation;
}

function refuseDeactivated({ workspace }: Slack, { members }: Conversation): void {
  if ([...members].some((id) => workspace.isDeactivated(id))) throw new Refusal('user_disabled');
}
