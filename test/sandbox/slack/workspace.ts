import { BOT, CHANNELS, type Channel, MEMBERS, type Member, MIRA, TEAM, USER_GROUPS } from '../cast.ts';
import type { JsonObject, Standing } from '../control/protocol.ts';
import type { StateValues } from './input-state.ts';
import { Impossible } from './refusal.ts';
import type { UnknownBlocks } from './unknown-blocks.ts';

export type Message = {
  ts: string;
  threadTs: string | null;
  author: string;
  text: string;
  blocks: JsonObject[];
  /** The member an ephemeral message is for; null: everybody in the channel. */
  visibleTo: string | null;
  edited: boolean;
  /** What each member has chosen in the message's menus. */
  chosen: Map<string, StateValues>;
};

export type Conversation = {
  id: string;
  name: string;
  kind: Channel['kind'] | 'im';
  shared: boolean;
  members: Set<string>;
  botIsMember: boolean;
  archived: boolean;
  /** Only some members may post in it, and the bot is none of them. */
  readOnly: boolean;
  messages: Message[];
};

export type UserGroup = { id: string; handle: string; name: string; members: string[]; disabled: boolean };

/** The people of a workspace, its conversations and what is written in them. */
export class Workspace {
  readonly members: readonly Member[];
  readonly conversations = new Map<string, Conversation>();
  /** What Slack itself told a member, by member id, oldest first. */
  readonly #notices = new Map<string, { text: string }[]>();
  readonly #standings = new Map<string, Standing>();
  readonly userGroups = new Map<string, UserGroup>(
    USER_GROUPS.map((group) => [group.id, { ...group, members: [...group.members], disabled: false }]),
  );
  /** The workspace's plan has user groups. */
  hasUserGroups = true;
  /** The channels whose id has changed: the new one by the old one. */
  readonly #newIds = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  readonly #now: () => number;
  /** What a message or view must not have. */
  unknownBlocks: UnknownBlocks = { types: [], error: 'invalid_blocks' };
  #version = 1;
  #lastTs = 0;

  /**
   * `now`: milliseconds since 1970; with `organisation`, Mira is there, too; `colleagues` are in every channel. Every
   * member of the home workspace has a direct message with the bot.
   */
  constructor(now: () => number, organisation = false, colleagues: readonly Member[] = []) {
    this.#now = now;
    const more = organisation ? [MIRA, ...colleagues] : colleagues;
    this.members = [...MEMBERS, ...more];
    for (const channel of CHANNELS) {
      const members = new Set([...channel.members, ...more.map(({ id }) => id)]);
      const open = { archived: false, readOnly: false, messages: [] };
      this.conversations.set(channel.id, { ...channel, ...open, members });
    }
    for (const member of this.members.filter((each) => each.teamId === TEAM.id)) {
      const id = `D${member.id.slice(1)}`;
      this.conversations.set(id, {
        id,
        name: BOT.name,
        kind: 'im',
        shared: false,
        members: new Set([member.id]),
        botIsMember: true,
        archived: false,
        readOnly: false,
        messages: [],
      });
    }
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  changed(): void {
    this.#version += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Calls `watcher` after each change until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** A message timestamp, unique in the workspace: Unix seconds with six decimals. */
  newTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Math.floor(this.#now() * 1000));
    const seconds = Math.floor(this.#lastTs / 1_000_000);
    return `${seconds}.${String(this.#lastTs % 1_000_000).padStart(6, '0')}`;
  }

  findMember(id: string): Member | undefined {
    return this.members.find((each) => each.id === id);
  }

  member(id: string): Member {
    const member = this.findMember(id);
    if (member === undefined) throw new Impossible(`There is no member ${id}.`);
    return member;
  }

  standingOf(memberId: string): Standing {
    return this.#standings.get(memberId) ?? 'full';
  }

  /** Whether Slack has the member no more. */
  isDeactivated(memberId: string): boolean {
    return ['deactivated', 'forgotten'].includes(this.standingOf(memberId));
  }

  setStanding({ id }: Member, standing: Standing): void {
    this.#standings.set(id, standing);
    this.changed();
  }

  /** The channel has another id from now on. Slack still finds it by its old one. */
  changeId(conversation: Conversation, newId: string): void {
    this.#newIds.set(conversation.id, newId);
    this.conversations.delete(conversation.id);
    conversation.id = newId;
    this.conversations.set(newId, conversation);
    this.changed();
  }

  /** By the id that it has, or had. */
  findConversation(id: string): Conversation | undefined {
    return this.conversations.get(this.#newIds.get(id) ?? id);
  }

  directMessage(memberId: string): Conversation | undefined {
    return this.conversations.get(`D${memberId.slice(1)}`);
  }

  /** A conversation as one of its members sees it. */
  conversation(id: string, memberId: string): Conversation {
    const conversation = this.conversations.get(id);
    if (!conversation?.members.has(memberId)) throw new Impossible(`${memberId} is in no channel ${id}.`);
    return conversation;
  }

  post(
    conversation: Conversation,
    message: Pick<Message, 'author' | 'text' | 'blocks'> & Partial<Pick<Message, 'threadTs' | 'visibleTo'>>,
  ): Message {
    const posted: Message = {
      ts: this.newTs(),
      threadTs: null,
      visibleTo: null,
      edited: false,
      chosen: new Map(),
      ...message,
    };
    conversation.messages.push(posted);
    this.changed();
    return posted;
  }

  remove(conversation: Conversation, message: Message): void {
    conversation.messages = conversation.messages.filter((each) => each !== message);
    this.changed();
  }

  tell(memberId: string, text: string): void {
    const notices = this.#notices.get(memberId) ?? [];
    this.#notices.set(memberId, [...notices, { text }]);
    this.changed();
  }

  noticesOf(memberId: string): { text: string }[] {
    return this.#notices.get(memberId) ?? [];
  }
}
