import type { ListedToken } from '../../changes/token.ts';
import { type Message, message } from '../kit/message.ts';
import { counted, date, type Sentence, say, sideBySide } from '../kit/sentence.ts';
import { userText } from '../user-text.ts';
import { tokenName } from './text.ts';

const DAY = 24 * 60 * 60 * 1000;

/** A token that expires soon. `owner`: whose it is, null for no user's; `own` where the reader owns it. */
export type ExpiringToken = {
  token: ListedToken & { expiresAt: string };
  owner: 'own' | { name: string; login: string } | null;
};

const RENEW = say`Make a new token in Fastly, and use it in place of the old one before then. The bot can't renew tokens.`;
const TELL_OWNERS = say`Tell their owners, or whoever runs what uses them: a new token has to be in place before then. The bot can't renew tokens.`;

/** Tells a member which tokens expire soon: their own, and those whose owner the bot found no member for. */
export function tokenReminder(tokens: readonly ExpiringToken[], now: number): Message {
  const own = tokens.filter(({ owner }) => owner === 'own');
  const others = tokens.filter(({ owner }) => owner !== 'own');
  const all = [
    ...(own.length > 0 ? [ownText(own.length), ...own.map((each) => line(each, now)), RENEW] : []),
    ...(others.length > 0
      ? [othersText(others.length), ...others.map((each) => line(each, now)), TELL_OWNERS]
      : []),
  ];
  const [first = say``, ...rest] = all;
  return message(first, ...rest);
}

function ownText(count: number): Sentence {
  return count === 1
    ? say`⏳ One of your API tokens in Fastly expires soon:`
    : say`⏳ ${count} of your API tokens in Fastly expire soon:`;
}

function othersText(count: number): Sentence {
  return count === 1
    ? say`⏳ An API token in Fastly expires soon. You read this as a bot admin, because its owner couldn't be told in Slack:`
    : say`⏳ ${count} API tokens in Fastly expire soon. You read this as a bot admin, because their owners couldn't be told in Slack:`;
}

function line({ token, owner }: ExpiringToken, now: number): Sentence {
  const { scope, services, expiresAt } = token;
  const days = Math.round((Date.parse(expiresAt) - now) / DAY);
  const within = days < 1 ? 'less than a day' : counted(days, 'day');
  return sideBySide([
    say`• ${tokenName(token)}`,
    ...(owner === 'own' ? [] : [owner === null ? say`no user` : say`of ${userText(owner)}`]),
    say`scope ${scope?.trim() || 'not known'}`,
    say`services: ${services === null ? 'not known' : services === 0 ? 'all' : services}`,
    say`expires in ${within} (${date(new Date(expiresAt))})`,
  ]);
}
