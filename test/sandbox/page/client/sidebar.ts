import { h } from 'preact';
import { addressOf, HOME } from './location.ts';
import { useNames } from './names.ts';
import type { Channel } from './seen.ts';

type SidebarProps = {
  inert: boolean;
  /** Name of what is open. */
  where: string;
  unread: (channel: Channel) => number;
  /** Something there was chosen, be it what is open already. */
  chosen: () => void;
};

/** The channels, the direct messages and the bot's Home tab, as far as the member has them. */
export function Sidebar({ inert, where, unread, chosen }: SidebarProps) {
  const { setting, channels, who } = useNames();
  const entry = (name: string, sign: string, count = 0, note: string | null = null) =>
    h(
      'li',
      { key: name },
      h(
        'a',
        {
          href: addressOf({ who, where: name, thread: null }),
          class: count > 0 ? 'unread' : '',
          'aria-current': name === where ? 'page' : undefined,
          onClick: chosen,
        },
        h('span', { 'aria-hidden': true, class: 'sign' }, sign),
        h('span', { class: 'entry-name' }, name === HOME ? 'Home' : name),
        note !== null && h('small', null, note),
        count > 0 && h('span', { class: 'count', 'aria-label': `${count} unread` }, count),
      ),
    );
  const direct = channels.filter(({ kind }) => kind === 'im');
  return h(
    'nav',
    { class: 'sidebar', 'aria-label': 'Workspace', inert },
    h('h1', null, setting.team.name),
    h('h2', null, 'Channels'),
    h(
      'ul',
      null,
      channels
        .filter(({ kind }) => kind !== 'im')
        .map((channel) =>
          entry(
            channel.name,
            channel.kind === 'private' ? '🔒' : '#',
            unread(channel),
            channel.shared ? 'shared' : null,
          ),
        ),
    ),
    direct.length > 0 && [
      h('h2', null, 'Apps'),
      h(
        'ul',
        null,
        direct.map((channel) => entry(channel.name, '⚡', unread(channel))),
        setting.homeTab && entry(HOME, '⌂'),
      ),
    ],
  );
}
