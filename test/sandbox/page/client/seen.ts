import type { SeenChannel, SeenMessage, SeenView, Sees } from '../../control/protocol.ts';
import type { Block } from './block-kit.ts';

type Drawn<T extends { blocks: unknown }> = Omit<T, 'blocks'> & { blocks: Block[] };

/** What the control API tells of a member's sight, with its blocks as they are drawn. */
export type Message = Drawn<SeenMessage>;
export type View = Drawn<SeenView>;
export type Channel = Omit<SeenChannel, 'messages'> & { messages: Message[] };
export type Sight = Omit<Sees, 'channels' | 'modals' | 'home'> & {
  channels: Channel[];
  modals: View[];
  home: View | null;
};

/** A channel as it is called, a direct message by who is in it. */
export function titleOf({ kind, name }: Pick<Channel, 'kind' | 'name'>): string {
  return kind === 'im' ? name : `#${name}`;
}
