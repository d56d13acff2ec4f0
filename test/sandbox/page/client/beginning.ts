import { h } from 'preact';
import { useNames } from './names.ts';
import type { Channel } from './seen.ts';

type BeginningProps = {
  channel: Channel;
  /** Puts words in the field in which one types. */
  suggest: (text: string) => void;
};

/** What stands above the first message of a conversation: what it is, and what to try there. */
export function Beginning({ channel, suggest }: BeginningProps) {
  const { setting, memberId } = useNames();
  const member = setting.members.find(({ id }) => id === memberId);
  const direct = channel.kind === 'im';
  const name = direct ? channel.name : `#${channel.name}`;
  return h(
    'div',
    { class: 'beginning' },
    h('h2', null, name),
    h('p', null, direct ? `What ${setting.bot.name} tells you alone.` : `This is the beginning of ${name}.`),
    // The commands of an app are those of its own workspace.
    !direct && member?.company === setting.team.name && h(WhatToTry, { suggest }),
  );
}

/** With the project's own bot, its superusers are led to the two things that show most of it. */
function WhatToTry({ suggest }: Pick<BeginningProps, 'suggest'>) {
  const { setting, memberId } = useNames();
  const { members, commands, firstSteps } = setting;
  const [command] = commands;
  const typed = (text: string) =>
    h('button', { type: 'button', class: 'suggestion', onClick: () => suggest(text) }, h('code', null, text));
  const superusers = members.filter(({ superuser }) => superuser);
  const other = superusers.find(({ id }) => id !== memberId);
  if (firstSteps !== null && other !== undefined && superusers.some(({ id }) => id === memberId)) {
    return h(
      'ul',
      null,
      h('li', null, 'Look somebody up: ', typed(`${firstSteps.command} ${firstSteps.lookUp}`)),
      h(
        'li',
        null,
        'Ask for a deletion: ',
        typed(`${firstSteps.command} ${firstSteps.askForDeletion}`),
        `, then become ${other.realName}, at the top, and approve it`,
      ),
      h('li', null, 'See what else there is: ', typed(`${firstSteps.command} help`)),
    );
  }
  return command === undefined ? null : h('p', null, 'Try ', typed(`${command.name} help`), '.');
}
