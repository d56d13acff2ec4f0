import { type ComponentChildren, h } from 'preact';
import { addressOf } from '../location.ts';
import { useNames } from '../names.ts';
import { formatDate } from './date.ts';

/** A mention of a member. */
export function UserMention({ id }: { id: string }) {
  const { nameOf } = useNames();
  return h('span', { class: 'mention' }, `@${nameOf(id)}`);
}

/** A mention of a user group. */
export function GroupMention({ id }: { id: string }) {
  const { handleOf } = useNames();
  return h('span', { class: 'mention' }, `@${handleOf(id)}`);
}

/** A mention of a channel; one the reader is not in has no name for them. */
export function ChannelMention({ id }: { id: string }) {
  const { channelOf, who } = useNames();
  const channel = channelOf(id);
  if (channel === null) return h('span', { class: 'mention' }, '🔒 private channel');
  const href = addressOf({ who, where: channel.name, thread: null });
  return h('a', { class: 'mention', href }, `#${channel.name}`);
}

/** A moment, Unix seconds, in the reader's time. */
export function Moment({
  seconds,
  format,
  fallback,
  url,
}: {
  seconds: number;
  format: string;
  fallback: string;
  url: string | null;
}) {
  if (!Number.isFinite(seconds)) return h('span', null, fallback);
  const iso = new Date(seconds * 1000).toISOString();
  const time = h('time', { dateTime: iso, title: fallback || iso }, formatDate(seconds, format));
  return url === null ? time : h(Link, { url, children: time });
}

type LinkProps = {
  url: string;
  class?: string;
  role?: 'menuitem';
  onClick?: () => void;
  children?: ComponentChildren;
};

/** A link out opens beside the page; one to a message of this workspace goes there. What is no address is its text. */
export function Link({ url, children, ...attributes }: LinkProps) {
  const { who, setting, channels } = useNames();
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !['http:', 'https:', 'mailto:'].includes(address.protocol)) {
    return h('span', null, children);
  }
  const [, id, seconds, micros] =
    address.hostname === `${setting.team.domain}.slack.com`
      ? (/^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(address.pathname) ?? [])
      : [];
  const channel = channels.find((each) => each.id === id);
  if (channel === undefined) {
    return h('a', { ...attributes, href: url, target: '_blank', rel: 'noopener noreferrer' }, children);
  }
  const thread = address.searchParams.get('thread_ts') ?? `${seconds}.${micros}`;
  return h('a', { ...attributes, href: addressOf({ who, where: channel.name, thread }) }, children);
}
