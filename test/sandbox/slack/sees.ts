import type { Channel } from '../cast.ts';
import type { SeenChannel, Sees } from '../control/protocol.ts';
import type { Slack } from './slack.ts';
import type { Conversation, Workspace } from './workspace.ts';

/** Everything one member can see. */
export function seenBy({ workspace, views, manifest }: Slack, memberId: string): Sees {
  workspace.member(memberId);
  const home = views.home(memberId);
  return {
    version: workspace.version,
    channels: [...workspace.conversations.values()]
      .filter((each) => each.members.has(memberId) && (each.kind !== 'im' || manifest.messagesTab))
      .map((each) => seenChannel(each, memberId)),
    modals: views.stack(memberId).map((view) => views.see(view)),
    home: home === null ? null : views.see(home),
    notices: workspace.noticesOf(memberId),
  };
}

function seenChannel({ id, name, kind, shared, messages }: Conversation, memberId: string): SeenChannel {
  return {
    id,
    name,
    kind,
    shared,
    messages: messages
      .filter((message) => (message.visibleTo ?? memberId) === memberId)
      .map(({ ts, threadTs, author, text, blocks, visibleTo, edited }) => ({
        ts,
        ...(threadTs !== null && { threadTs }),
        author,
        text,
        blocks,
        ephemeral: visibleTo !== null,
        edited,
      })),
  };
}

export function channelsOf(workspace: Workspace): Channel[] {
  return [...workspace.conversations.values()].flatMap(({ id, name, kind, shared, members, botIsMember }) =>
    kind === 'im' ? [] : [{ id, name, kind, shared, members: [...members], botIsMember }],
  );
}
