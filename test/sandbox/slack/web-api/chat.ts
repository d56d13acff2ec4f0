import { z } from 'zod';
import { BOT, TEAM } from '../../cast.ts';
import type { JsonObject } from '../../control/protocol.ts';
import { tellOfMessage } from '../acting/message.ts';
import { messageContent } from '../message-content.ts';
import { describeMessage } from '../payload.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Conversation, Message } from '../workspace.ts';
import { parseArguments } from './arguments.ts';
import { channelToPostIn, visibleChannel } from './find-channel.ts';
import type { Methods } from './method.ts';

const content = { text: z.string().optional(), blocks: z.json().optional() };
const postArguments = z.object({ channel: z.string(), thread_ts: z.string().optional(), ...content });
const messageArguments = z.object({ channel: z.string(), ts: z.string() });

const scopes = ['chat:write'];

/** https://docs.slack.dev/reference/methods?family=chat */
export const chatMethods: Methods = {
  'chat.postMessage': { token: 'bot', scopes, call: postMessage },
  'chat.update': { token: 'bot', scopes, call: update },
  'chat.delete': { token: 'bot', scopes, call: remove },
  'chat.postEphemeral': { token: 'bot', scopes, call: postEphemeral },
  'chat.getPermalink': { token: 'bot', scopes: [], call: getPermalink },
};

function postMessage(slack: Slack, args: JsonObject): JsonObject {
  const { channel, thread_ts: threadTs = null, ...given } = parseArguments(postArguments, args);
  const conversation = channelToPostIn(slack, channel);
  const { text = '', blocks = [] } = messageContent(given.text, given.blocks, slack.workspace.unknownBlocks);
  if (threadTs !== null && !conversation.messages.some((each) => each.ts === threadTs)) {
    throw new Refusal('thread_not_found');
  }
  const message = slack.workspace.post(conversation, { author: BOT.userId, text, blocks, threadTs });
  void tellOfMessage(slack, conversation, message);
  return { channel: conversation.id, ts: message.ts, message: describeMessage(message) };
}

function update(slack: Slack, args: JsonObject): JsonObject {
  const { channel, ts } = parseArguments(messageArguments, args);
  const given = parseArguments(z.object(content), args);
  const { conversation, message } = ownMessage(slack, channel, ts, 'cant_update_message');
  if (conversation.archived) throw new Refusal('is_inactive');
  const { text, blocks } = messageContent(given.text, given.blocks, slack.workspace.unknownBlocks);
  message.text = text ?? message.text;
  message.blocks = blocks ?? message.blocks;
  message.edited = true;
  slack.workspace.changed();
  return {
    channel: conversation.id,
    ts: message.ts,
    text: message.text,
    message: describeMessage(message),
  };
}

function remove(slack: Slack, args: JsonObject): JsonObject {
  const { channel, ts } = parseArguments(messageArguments, args);
  const { conversation, message } = ownMessage(slack, channel, ts, 'cant_delete_message');
  slack.workspace.remove(conversation, message);
  return { channel: conversation.id, ts: message.ts };
}

function postEphemeral(slack: Slack, args: JsonObject): JsonObject {
  const {
    channel,
    user,
    thread_ts: threadTs = null,
    ...given
  } = parseArguments(postArguments.extend({ user: z.string() }), args);
  const conversation = visibleChannel(slack, channel);
  if (conversation.kind === 'im' && !slack.manifest.messagesTab) throw new Refusal('messages_tab_disabled');
  if (!conversation.botIsMember) throw new Refusal('not_in_channel');
  if (!conversation.members.has(user)) throw new Refusal('user_not_in_channel');
  const { text = '', blocks = [] } = messageContent(given.text, given.blocks, slack.workspace.unknownBlocks);
  const message = slack.workspace.post(conversation, {
    author: BOT.userId,
    text,
    blocks,
    threadTs,
    visibleTo: user,
  });
  return { message_ts: message.ts };
}

function getPermalink(slack: Slack, args: JsonObject): JsonObject {
  const { channel, message_ts: ts } = parseArguments(
    z.object({ channel: z.string(), message_ts: z.string() }),
    args,
  );
  const conversation = visibleChannel(slack, channel);
  const message = conversation.messages.find((each) => each.ts === ts && each.visibleTo === null);
  if (message === undefined) throw new Refusal('message_not_found');
  const permalink = `https://${TEAM.domain}.slack.com/archives/${conversation.id}/p${ts.replace('.', '')}`;
  const thread = message.threadTs === null ? '' : `?thread_ts=${message.threadTs}&cid=${conversation.id}`;
  return { channel: conversation.id, permalink: permalink + thread };
}

function ownMessage(
  slack: Slack,
  channel: string,
  ts: string,
  notOurs: string,
): { conversation: Conversation; message: Message } {
  const conversation = visibleChannel(slack, channel);
  const message = conversation.messages.find((each) => each.ts === ts && each.visibleTo === null);
  if (message === undefined) throw new Refusal('message_not_found');
  if (message.author !== BOT.userId) throw new Refusal(notOurs);
  return { conversation, message };
}
