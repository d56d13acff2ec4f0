import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Setting } from '../../control/protocol.ts';
import { Conversation, takesMessages } from './conversation.ts';
import { Dialog } from './dialog.ts';
import { useEscape } from './escape.ts';
import { Home } from './home.ts';
import { useLive } from './live.ts';
import { HOME, usePlace } from './location.ts';
import { Modal } from './modal.ts';
import { NamesContext } from './names.ts';
import { useNotices } from './notices.ts';
import { faultsOn } from './panel/faults.ts';
import { Panel } from './panel/panel.ts';
import { titleOf } from './seen.ts';
import { Sidebar } from './sidebar.ts';
import { CONTENT, MESSAGE_BOX, SkipLink } from './skip-link.ts';
import { Thread } from './thread.ts';
import { useUnread } from './unread.ts';
import { Who } from './who.ts';

/** The workspace as one member sees it, and Fastly's account beside it. */
export function App({ setting }: { setting: Setting }) {
  const [first] = setting.members;
  const [place, go] = usePlace({ who: first?.name ?? '', where: 'cdn-team', thread: null });
  const member = setting.members.find(({ name }) => name === place.who) ?? first;
  const memberId = member?.id ?? '';
  const who = member?.name ?? '';
  const { sees, fastly, bot, people, clock, lost } = useLive(memberId);
  const { notices, tell } = useNotices();
  /** What is drawn over the conversation where there is no room beside it. */
  const [drawer, setDrawer] = useState<'channels' | 'panel' | null>(null);
  useEffect(() => setDrawer(null), [place.where, place.who, place.thread]);

  const channels = sees?.channels ?? [];
  const home = place.where === HOME && setting.homeTab && channels.some(({ kind }) => kind === 'im');
  const channel = home ? undefined : (channels.find(({ name }) => name === place.where) ?? channels[0]);
  const thread = channel?.messages.find(({ ts }) => ts === place.thread)?.ts ?? null;
  const unread = useUnread(memberId, channels, channel?.id ?? null);
  const modal = sees?.modals.at(-1);
  /** A modal takes all of the workspace, but not what is behind the scenes. */
  const covered = modal !== undefined;
  const writable = channel !== undefined && takesMessages(channel, setting);
  const title = home ? setting.bot.name : channel === undefined ? '' : titleOf(channel);
  const waiting = channels.reduce((sum, each) => sum + unread(each), 0);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} – ${member?.realName} – Sandbox`;
  }, [waiting, title, member]);
  useEscape(drawer !== null, () => setDrawer(null));
  const broken = (fastly === null ? 0 : faultsOn(fastly.faults)) + (bot?.process === 'ended' ? 1 : 0);
  const toggle = (which: 'channels' | 'panel') => () => setDrawer(drawer === which ? null : which);

  return h(
    NamesContext.Provider,
    { value: { setting, channels, groups: people?.groups ?? [], who, memberId } },
    h(
      'div',
      {
        class: `app ${drawer === null ? '' : `${drawer}-open`} ${thread === null ? '' : 'thread-open'}`,
      },
      h(SkipLink, {
        to: writable ? MESSAGE_BOX : CONTENT,
        inert: covered,
        children: writable ? 'Skip to the message box' : 'Skip to the content',
      }),
      h(Who, { setting, people, memberId, inert: covered, become: (handle) => go({ who: handle }) }),
      lost &&
        h(
          'p',
          { class: 'lost', role: 'alert' },
          'The sandbox does not answer. Start it again: npm run sandbox',
        ),
      h(Sidebar, {
        inert: covered,
        where: home ? HOME : (channel?.name ?? ''),
        unread,
        chosen: () => setDrawer(null),
      }),
      h(
        'main',
        { id: CONTENT, tabIndex: -1, inert: covered },
        h(
          'header',
          { class: 'bar' },
          h(
            'button',
            {
              type: 'button',
              class: 'drawer-button',
              'aria-expanded': drawer === 'channels',
              onClick: toggle('channels'),
            },
            h('span', { 'aria-hidden': true }, '☰'),
            h('span', { class: 'drawer-words' }, 'Channels'),
            waiting > 0 && h('span', { class: 'count', 'aria-label': `${waiting} unread` }, waiting),
          ),
          h('h2', null, title),
          channel?.shared && h('span', { class: 'badge' }, 'shared with another company'),
          h(
            'button',
            {
              type: 'button',
              class: 'drawer-button',
              'aria-expanded': drawer === 'panel',
              onClick: toggle('panel'),
            },
            h('span', { 'aria-hidden': true }, '⚙'),
            h('span', { class: 'drawer-words' }, 'Behind the scenes'),
            broken > 0 && h('span', { class: 'count', 'aria-label': `${broken} made to go wrong` }, broken),
          ),
        ),
        home && h(Home, { key: memberId, view: sees?.home ?? null, connected: bot?.connected ?? false }),
        sees === null && h('p', { class: 'aside', role: 'status' }, 'Loading…'),
        channel !== undefined &&
          h(Conversation, {
            key: `${memberId} ${channel.id}`,
            channel,
            thread: null,
            users: fastly?.users ?? [],
            notices: notices.filter((each) => each.memberId === memberId && each.channelId === channel.id),
            tell: (text) => tell({ memberId, channelId: channel.id, text }, channel.messages.at(-1)?.ts),
          }),
      ),
      channel !== undefined && thread !== null
        ? h(Thread, { key: `${memberId} ${thread}`, channel, ts: thread, inert: covered })
        : h(Panel, { fastly, bot, people, clock, close: () => setDrawer(null) }),
      modal !== undefined &&
        h(
          'div',
          { class: 'veil' },
          h(
            Dialog,
            { key: memberId, class: 'modal', label: modal.title, over: 'workspace' },
            h(Modal, { key: modal.id, view: modal, below: (sees?.modals.length ?? 1) - 1 }),
          ),
        ),
    ),
  );
}
