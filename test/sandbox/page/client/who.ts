import { h } from 'preact';
import type { Setting } from '../../control/protocol.ts';
import { Avatar } from './avatar.ts';

type WhoProps = {
  setting: Setting;
  memberId: string;
  inert: boolean;
  become: (handle: string) => void;
};

/** The switch for who one is. */
export function Who({ setting, memberId, inert, become }: WhoProps) {
  return h(
    'header',
    { class: 'top', inert },
    h(
      'fieldset',
      { class: 'who' },
      h('legend', null, 'You are'),
      setting.members.map((member) =>
        h(
          'label',
          { key: member.id, title: `${member.realName}, ${standingOf(member, setting)}` },
          h('input', {
            type: 'radio',
            name: 'who',
            checked: member.id === memberId,
            onChange: () => become(member.name),
          }),
          h(Avatar, { name: member.realName }),
          h(
            'span',
            { class: 'who-words' },
            h('strong', null, member.realName),
            h('small', null, standingOf(member, setting)),
          ),
        ),
      ),
    ),
  );
}

function standingOf({ superuser, company, alsoIn }: Setting['members'][number], { team }: Setting): string {
  if (company !== team.name) return company;
  const standing = superuser ? 'bot admin' : 'no access';
  return alsoIn === null ? standing : `${standing}, also in ${alsoIn}`;
}
