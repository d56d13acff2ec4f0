import { h } from 'preact';
import type { Live, Setting, Standing } from '../../control/protocol.ts';
import { Avatar } from './avatar.ts';

type WhoProps = {
  setting: Setting;
  /** How the members stand now; null until that is known. */
  people: Live['people'] | null;
  memberId: string;
  inert: boolean;
  become: (handle: string) => void;
};

/** The switch for who one is. */
export function Who({ setting, people, memberId, inert, become }: WhoProps) {
  return h(
    'header',
    { class: 'top', inert },
    h(
      'fieldset',
      { class: 'who' },
      h('legend', null, 'You are'),
      setting.members.map((member) => {
        const standing = standingOf(member, setting, people);
        return h(
          'label',
          { key: member.id, title: `${member.realName}, ${standing}` },
          h('input', {
            type: 'radio',
            name: 'who',
            checked: member.id === memberId,
            onChange: () => become(member.name),
          }),
          h(Avatar, { name: member.realName }),
          h('span', { class: 'who-words' }, h('strong', null, member.realName), h('small', null, standing)),
        );
      }),
    ),
  );
}

/** What stands above what a member may do otherwise. */
const LESS: { [standing in Standing]: string | null } = {
  full: null,
  guest: 'guest',
  deactivated: 'deactivated',
  forgotten: 'deactivated',
  elsewhere: 'only in another workspace',
};

function standingOf(
  { id, superuser, company, alsoIn }: Setting['members'][number],
  { team }: Setting,
  people: WhoProps['people'],
): string {
  const less = LESS[people?.members.find((member) => member.id === id)?.standing ?? 'full'];
  if (less !== null) return less;
  if (company !== team.name) return company;
  const standing = superuser ? 'bot admin' : 'no access';
  return alsoIn === null ? standing : `${standing}, also in ${alsoIn}`;
}
