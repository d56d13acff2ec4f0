import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { Live } from '../../../control/protocol.ts';
import { changeGroup, changeMember, reasonOf } from '../control.ts';

/** Slack's members and user groups, with what an administrator of the workspace can do to them. */
export function People({ people }: { people: Live['people'] }) {
  const [problem, setProblem] = useState<string | null>(null);
  const { members, groups, hasUserGroups } = people;
  const doing = (change: () => Promise<unknown>) => () =>
    change().then(
      () => setProblem(null),
      (error: unknown) => setProblem(reasonOf(error)),
    );
  const group = groups[0];
  const button = (text: string, whom: string, onClick: () => void) =>
    h('button', { type: 'button', class: 'button', 'aria-label': `${text}: ${whom}`, onClick }, text);
  return h(
    'section',
    { class: 'people', 'aria-label': 'Slack members' },
    h('h3', null, 'Slack members ', h('small', null, members.length)),
    h(
      'ul',
      { class: 'users' },
      members.map(({ id, realName, standing }) => {
        const isIn = group?.members.includes(id) ?? false;
        const marks = [standing === 'full' ? '' : standing, isIn && group ? `@${group.handle}` : ''];
        const to = standing === 'full' ? 'deactivated' : 'full';
        return h(
          'li',
          { key: id, class: standing === 'full' || standing === 'guest' ? '' : 'gone' },
          h('strong', null, realName),
          h('small', null, marks.filter((mark) => mark !== '').join(' · ')),
          button(
            standing === 'full' ? 'Deactivate' : standing === 'guest' ? 'Make a full member' : 'Reactivate',
            realName,
            doing(() => changeMember(id, to)),
          ),
          standing === 'full' &&
            button(
              'Make a guest',
              realName,
              doing(() => changeMember(id, 'guest')),
            ),
          group &&
            button(
              isIn ? `Remove from @${group.handle}` : `Add to @${group.handle}`,
              realName,
              doing(() =>
                changeGroup({
                  group: group.id,
                  members: isIn ? group.members.filter((each) => each !== id) : [...group.members, id],
                }),
              ),
            ),
        );
      }),
    ),
    group &&
      h(
        'fieldset',
        { class: 'faults' },
        h('legend', null, `The user group @${group.handle}`),
        toggle('Disabled', 'the group is switched off', group.disabled, () =>
          doing(() => changeGroup({ group: group.id, disabled: !group.disabled }))(),
        ),
        toggle('No user groups', "the workspace's plan has none", !hasUserGroups, () =>
          doing(() => changeGroup({ group: group.id, plan: !hasUserGroups }))(),
        ),
      ),
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
  );
}

function toggle(name: string, explanation: string, checked: boolean, onChange: () => void) {
  return h(
    'label',
    { key: name },
    h('input', { type: 'checkbox', role: 'switch', checked, onChange }),
    h('span', null, name, h('small', null, explanation)),
  );
}
