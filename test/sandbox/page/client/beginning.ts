import { h } from 'preact';
import type { JsonObject, Setting } from '../../control/protocol.ts';
import { useNames } from './names.ts';
import { type Channel, titleOf } from './seen.ts';

/** Puts words in the field in which one types. */
type Suggest = (text: string) => void;

type BeginningProps = { channel: Channel; users: JsonObject[]; suggest: Suggest };

/** What stands above the first message of a conversation: what it is, and what to try there. */
export function Beginning({ channel, users, suggest }: BeginningProps) {
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
    !direct && member?.company === team.name && h(WhatToTry, { setting, member, users, suggest }),
  );
}

type WhatToTryProps = Omit<BeginningProps, 'channel'> & {
  setting: Setting;
  member: Setting['members'][number];
};

/** With the project's own bot, its bot admins are led to the two things that show most of it. */
function WhatToTry({ setting, member, users, suggest }: WhatToTryProps) {
  const { members, commands, firstSteps } = setting;
  const [command] = commands;
  const typed = (text: string) =>
    h('button', { type: 'button', class: 'suggestion', onClick: () => suggest(text) }, h('code', null, text));
  const other = members.find(({ id, superuser }) => superuser && id !== member.id);
  const whom = firstSteps?.whom.find((each) => users.some((user) => isThere(user, each)));
  if (firstSteps !== null && member.superuser && other !== undefined && whom !== undefined) {
    return h(
      'ul',
      null,
      h('li', null, 'Look somebody up: ', typed(`${firstSteps.command} ${firstSteps.lookUp} ${whom}`)),
      h(
        'li',
        null,
        'Ask for a deletion: ',
        typed(`${firstSteps.command} ${firstSteps.askForDeletion} ${whom}`),
        `, then become ${other.realName}, at the top, and approve it`,
      ),
      h('li', null, 'See what else there is: ', typed(`${firstSteps.command} help`)),
    );
  }
  return command === undefined ? null : h('p', null, 'Try ', typed(`${command.name} help`), '.');
}

/** Whether the account has the user with this login. */
function isThere({ login, deleted_at }: JsonObject, whom: string): boolean {
  return login === whom && !deleted_at;
}
