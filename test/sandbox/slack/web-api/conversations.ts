import { z } from 'zod';
import { BOT, TEAM } from '../../cast.ts';
import type { JsonObject } from '../../control/protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Conversation } from '../workspace.ts';
import { limit, page, parseArguments } from './arguments.ts';
import { visibleChannel } from './find-channel.ts';
import { type Methods, requireScope } from './method.ts';

const READ = { public: 'channels:read', private: 'groups:read', im: 'im:read' } as const;
const TYPES = { public_channel: 'public', private_channel: 'private', im: 'im' } as const;
const scopes = Object.values(READ);
const paging = { limit, cursor: z.string().default('') };

/** https://docs.slack.dev/reference/methods?family=conversations */
export const conversationsMethods: Methods = {
  'conversations.info': { token: 'bot', scopes, call: info },
  'conversations.members': { token: 'bot', scopes, call: members },
  'conversations.list': { token: 'bot', scopes, call: list },
  'conversations.open': { token: 'bot', scopes: ['im:write'], call: open },
};

function readable(slack: Slack, channel: string): Conversation {
  const conversation = visibleChannel(slack, channel);
  requireScope(slack, [READ[conversation.kind]]);
  return conversation;
}

function info(slack: Slack, args: JsonObject): JsonObject {
  const { channel } = parseArguments(z.object({ channel: z.string() }), args);
  return { channel: describe(readable(slack, channel)) };
}

function members(slack: Slack, args: JsonObject): JsonObject {
  const wanted = parseArguments(z.object({ channel: z.string(), ...paging }), args);
  const conversation = readable(slack, wanted.channel);
  const everybody = [...conversation.members, ...(conversation.botIsMember ? [BOT.userId] : [])];
  const { items, nextCursor } = page(everybody, wanted.limit, wanted.cursor);
  return { members: items, response_metadata: { next_cursor: nextCursor } };
}

function list(slack: Slack, args: JsonObject): JsonObject {
  const wanted = parseArguments(z.object({ types: z.string().default('public_channel'), ...paging }), args);
  const kinds = wanted.types.split(',').map((type) => {
    const kind = Object.entries(TYPES).find(([name]) => name === type.trim())?.[1];
    if (kind === undefined) throw new Refusal('invalid_types');
    requireScope(slack, [READ[kind]]);
    return kind;
  });
  const channels = [...slack.workspace.conversations.values()].filter(
    (each) => kinds.includes(each.kind) && (each.kind === 'public' || each.botIsMember),
  );
  const { items, nextCursor } = page(channels, wanted.limit, wanted.cursor);
  return { channels: items.map(describe), response_metadata: { next_cursor: nextCursor } };
}

function open(slack: Slack, args: JsonObject): JsonObject {
  const { users, channel } = parseArguments(
    z.object({ users: z.string().optional(), channel: z.string().optional() }),
    args,
  );
  if (channel !== undefined) return { channel: { id: visibleChannel(slack, channel).id } };
  if (!users) throw new Refusal('users_list_not_supplied');
  if (users.includes(',')) throw new Refusal('missing_scope', { needed: 'mpim:write' });
  if (slack.workspace.findMember(users) === undefined) throw new Refusal('user_not_found');
  if (slack.workspace.isDeactivated(users)) throw new Refusal('user_disabled');
  const conversation = slack.workspace.directMessage(users);
  if (conversation === undefined) throw new Refusal('user_not_visible');
  return { no_op: true, already_open: true, channel: { id: conversation.id } };
}

function describe(conversation: Conversation): JsonObject {
  const { id, name, kind, shared, botIsMember, archived, readOnly } = conversation;
  if (kind === 'im') {
    const [user = ''] = conversation.members;
    return { id, is_im: true, is_archived: false, user, is_org_shared: false, context_team_id: TEAM.id };
  }
  return {
    id,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: kind === 'private',
    is_archived: archived,
    // Absent rather than false, as Slack leaves it out elsewhere.
    ...(readOnly && { is_read_only: true }),
    is_general: name === 'general',
    is_shared: shared,
    is_ext_shared: shared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    is_member: botIsMember,
    context_team_id: TEAM.id,
    num_members: conversation.members.size + (botIsMember ? 1 : 0),
  };
}
