import { BOT } from '../../cast.ts';
import type { JsonObject, MessageRequest } from '../../control/protocol.ts';
import { newSecret } from '../identifiers.ts';
import { describeMessage, eventPayload } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Conversation, Message } from '../workspace.ts';

/** A member writes a message. The app hears of it where it is a member and subscribed to the channel's kind. */
export function writeMessage(slack: Slack, memberId: string, request: MessageRequest): { ts: string } {
  slack.workspace.member(memberId);
  const conversation = slack.workspace.conversation(request.channel, memberId);
  const { messagesTab, messagesTabReadOnly } = slack.manifest;
  if (conversation.kind === 'im' && (!messagesTab || messagesTabReadOnly)) {
    throw new Impossible('Sending messages to this app has been turned off.');
  }
  const message = slack.workspace.post(conversation, {
    author: memberId,
    text: request.text,
    blocks: [],
    threadTs: request.threadTs ?? null,
  });
  void tellOfMessage(slack, conversation, message);
  return { ts: message.ts };
}

const CHANNEL_TYPES = {
  public: ['message.channels', 'channel'],
  private: ['message.groups', 'group'],
  im: ['message.im', 'im'],
} as const;

/** https://docs.slack.dev/reference/events/message and https://docs.slack.dev/reference/events/app_mention */
export async function tellOfMessage(
  slack: Slack,
  conversation: Conversation,
  message: Message,
): Promise<void> {
  if (!conversation.botIsMember) return;
  const [subscription, channelType] = CHANNEL_TYPES[conversation.kind];
  const event: JsonObject = {
    ...describeMessage(message),
    channel: conversation.id,
    event_ts: message.ts,
    ...(message.author !== BOT.userId && { client_msg_id: newSecret() }),
  };
  if (slack.manifest.events.has(subscription)) {
    await slack.deliveries.sendEvent(eventPayload(slack, { ...event, channel_type: channelType }));
  }
  const mentioned = message.text.includes(`<@${BOT.userId}`) && message.author !== BOT.userId;
  if (mentioned && slack.manifest.events.has('app_mention')) {
    await slack.deliveries.sendEvent(eventPayload(slack, { ...event, type: 'app_mention' }));
  }
}
