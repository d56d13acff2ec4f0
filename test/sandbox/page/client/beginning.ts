import { h } from 'preact';
import type { Setting } from '../../control/protocol.ts';
import { useNames } from './names.ts';
import { type Channel, titleOf } from './seen.ts';

/** Puts words in the field in which one types. */
type Suggest = (text: string) => void;

/** What stands above the first message of a conversation: what it is, and what to try there. */
export function Beginning({ channel, suggest }: { channel: Channel; suggest: Suggest }) {
  const { setting, memberId } = useNames();
  const { bot, team, members } = setting;
  const member = members.find(({ id }) => id === memberId);
  const direct = channel.kind === 'im';
  const name = titleOf(channel);
  return h(
    'div',
    { class: 'beginning' },
    h('h2', null, name),
    h('p', null, direct ? `What ${bot.name} tells you alone.` : `This is the beginning of ${name}.`),
    // The commands of an app are those of its own workspace.
    !direct && member?.company === team.name && h(WhatToTry, { setting, member, suggest }),
  );
}

type WhatToTryProps = { setting: Setting; member: Setting['members'][number]; suggest: Suggest };

/** With the project's own bot, its superusers are led to the two things that show most of it. */
function WhatToTry({ setting, member, suggest }: WhatToTryProps) {
  const { members, commands, firstSteps } = setting;
  const [command] = commands;
  const typed = (text: string) =>
    h('button', { type: 'button', class: 'suggestion', onClick: () => suggest(text) }, h('code', null, text));
  const other = members.find(({ id, superuser }) => superuser && id !== member.id);
  if (firstSteps !== null && member.superuser && other !== undefined) {
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
