import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Live, Setting } from '../../control/protocol.ts';
import type { Channel } from './seen.ts';

/** Who and what the ids in messages stand for, as the reader knows them. */
export type Names = {
  setting: Setting;
  channels: Channel[];
  groups: Live['people']['groups'];
  /** The member that the reader is: handle and id. */
  who: string;
  memberId: string;
};

export const NamesContext = createContext<Names | null>(null);

export function useNames() {
  const names = useContext(NamesContext);
  if (names === null) throw new Error('Nobody has said who is who.');
  const { setting, channels, groups } = names;
  return {
    ...names,
    /** A member's or the bot's name; the id of whom nobody knows. */
    nameOf: (id: string) =>
      id === setting.bot.userId
        ? setting.bot.name
        : (setting.members.find((member) => member.id === id)?.realName ?? id),
    /** A user group's handle; the id of one that nobody knows. */
    handleOf: (id: string) => groups.find((group) => group.id === id)?.handle ?? id,
    /** Null: the reader is in no such channel. */
    channelOf: (id: string) => channels.find((channel) => channel.id === id) ?? null,
  };
}
