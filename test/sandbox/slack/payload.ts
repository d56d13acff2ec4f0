import { BOT, type Member, ORGANISATION, TEAM } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { newId } from './identifiers.ts';
import { stateOf } from './input-state.ts';
import type { Slack } from './slack.ts';
import type { View } from './views.ts';
import type { Conversation, Message } from './workspace.ts';

/** Where an interaction happened. */
export type Place = { view: View } | { conversation: Conversation; message: Message };

/** What every interaction payload carries; the team is the app's own. https://docs.slack.dev/reference/interaction-payloads */
export function interaction(slack: Slack, member: Member): JsonObject {
  return {
    user: {
      id: member.id,
      username: member.name,
      name: member.name,
      team_id: member.clicksAs ?? member.teamId,
    },
    api_app_id: BOT.appId,
    token: slack.verificationToken,
    team: {
      id: TEAM.id,
      domain: TEAM.domain,
      ...(slack.organisation && { enterprise_id: ORGANISATION.id, enterprise_name: ORGANISATION.name }),
    },
    enterprise: slack.organisation ? ORGANISATION : null,
    is_enterprise_install: false,
  };
}

/** The name payloads give a conversation: private ones and direct messages keep theirs to themselves. */
export function channelName(conversation: Conversation): string {
  return { public: conversation.name, private: 'privategroup', im: 'directmessage' }[conversation.kind];
}

/** `container` and what stands in it: the view, or the channel and the message. */
export function placeOf(slack: Slack, member: Member, place: Place): JsonObject {
  if ('view' in place) {
    return { container: { type: 'view', view_id: place.view.id }, view: slack.views.describe(place.view) };
  }
  const { conversation, message } = place;
  const ephemeral = message.visibleTo !== null;
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: conversation.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    },
    channel: { id: conversation.id, name: channelName(conversation) },
    ...(!ephemeral && { message: describeMessage(message) }),
    state: { values: stateOf(message.blocks, message.chosen.get(member.id)) },
  };
}

/** A message as answers, payloads and events carry it. */
export function describeMessage(message: Message): JsonObject {
  const byBot = message.author === BOT.userId;
  return {
    type: 'message',
    user: message.author,
    ts: message.ts,
    text: message.text,
    team: TEAM.id,
    ...(byBot && {
      bot_id: BOT.botId,
      app_id: BOT.appId,
      bot_profile: {
        id: BOT.botId,
        app_id: BOT.appId,
        user_id: BOT.userId,
        name: BOT.name,
        team_id: TEAM.id,
        deleted: false,
      },
    }),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.threadTs !== null && { thread_ts: message.threadTs }),
    ...(message.edited && { edited: { user: message.author, ts: message.ts } }),
  };
}

/** An event in its envelope. https://docs.slack.dev/apis/events-api#events-JSON */
export function eventPayload(slack: Slack, event: JsonObject): JsonObject {
  return {
    token: slack.verificationToken,
    team_id: TEAM.id,
    context_team_id: TEAM.id,
    context_enterprise_id: slack.organisation ? ORGANISATION.id : null,
    api_app_id: BOT.appId,
    event,
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(slack.now() / 1000),
    authorizations: [
      {
        enterprise_id: slack.organisation ? ORGANISATION.id : null,
        team_id: TEAM.id,
        user_id: BOT.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: newId('4-'),
  };
}
