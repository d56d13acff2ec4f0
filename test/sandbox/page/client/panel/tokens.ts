import { h } from 'preact';
import type { JsonObject } from '../../../control/protocol.ts';
import { now } from '../now.ts';

/** The account's API tokens, as they stand. */
export function Tokens({ tokens, users }: { tokens: JsonObject[]; users: JsonObject[] }) {
  return h(
    'section',
    { 'aria-label': 'Fastly tokens' },
    h('h3', null, 'Fastly tokens ', h('small', null, tokens.length)),
    h(
      'ul',
      { class: 'users' },
      tokens.map((token) => {
        const owner = users.find(({ id }) => id === token.user_id);
        return h(
          'li',
          { key: String(token.id), class: isExpired(token) ? 'gone' : '' },
          h('strong', null, String(token.name)),
          h('span', { class: 'login' }, owner === undefined ? "nobody's" : String(owner.name)),
          h('small', null, marksOf(token).join(' · ')),
        );
      }),
    ),
  );
}

function marksOf(token: JsonObject): string[] {
  const services = Array.isArray(token.services) ? token.services.length : 0;
  return [
    String(token.scope),
    services === 0 ? 'all services' : `${services} ${services === 1 ? 'service' : 'services'}`,
    typeof token.last_used_at === 'string' ? `used ${day(token.last_used_at)}` : 'never used',
    ...(typeof token.expires_at === 'string'
      ? [isExpired(token) ? 'expired' : `expires ${day(token.expires_at)}`]
      : []),
  ];
}

function isExpired({ expires_at: expires }: JsonObject): boolean {
  return typeof expires === 'string' && Date.parse(expires) <= now();
}

function day(time: string): string {
  return time.slice(0, 10);
}
