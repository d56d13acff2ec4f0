import { h } from 'preact';
import { useNames } from './names.ts';
import type { Channel } from './seen.ts';

/** What stands above the first message of a conversation: what it is, and what to try there. */
export function Beginning({ channel }: { channel: Channel }) {
  const { setting } = useNames();
  const direct = channel.kind === 'im';
  const name = direct ? channel.name : `#${channel.name}`;
  return h(
    'div',
    { class: 'beginning' },
    h('h2', null, name),
    h('p', null, direct ? `What ${setting.bot.name} tells you alone.` : `This is the beginning of ${name}.`),
    !direct && h(WhatToTry, null),
  );
}

/** With the project's own bot, its superusers are led to the two things that show most of it. */
function WhatToTry() {
  const { setting, memberId } = useNames();
  const { members, commands, firstSteps } = setting;
  const [command] = commands;
  const superusers = members.filter(({ superuser }) => superuser);
  const other = superusers.find(({ id }) => id !== memberId);
  if (firstSteps !== null && other !== undefined && superusers.some(({ id }) => id === memberId)) {
    const typed = (words: string) => h('code', null, `${firstSteps.command} ${words}`);
    return h(
      'ul',
      null,
      h('li', null, 'Look somebody up: ', typed(firstSteps.lookUp)),
      h(
        'li',
        null,
        'Ask for a deletion: ',
        typed(firstSteps.askForDeletion),
        `, then become ${other.realName}, at the top, and approve it`,
      ),
      h('li', null, 'See what else there is: ', typed('help')),
    );
  }
  return command === undefined ? null : h('p', null, 'Try ', h('code', null, `${command.name} help`), '.');
}
