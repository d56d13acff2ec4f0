import { h } from 'preact';
import type { JsonObject } from '../../../control/protocol.ts';

/** Who is in the Fastly account, as it stands. */
export function Users({ users }: { users: JsonObject[] }) {
  return h(
    'section',
    { 'aria-label': 'Fastly users' },
    h('h3', null, 'Fastly users ', h('small', null, users.length)),
    h(
      'ul',
      { class: 'users' },
      users.map((user) => {
        const marks = [
          user.role === 'superuser' ? 'Fastly superuser' : user.role,
          user.deleted_at && 'deleted',
          user.locked === true && 'locked',
          user.two_factor_auth_enabled === true && '2FA',
        ].filter((mark) => typeof mark === 'string' && mark !== '');
        return h(
          'li',
          { key: String(user.id), class: user.deleted_at ? 'gone' : '' },
          h('strong', null, String(user.name)),
          h('span', { class: 'login' }, String(user.login)),
          h('small', null, marks.join(' · ')),
        );
      }),
    ),
  );
}
