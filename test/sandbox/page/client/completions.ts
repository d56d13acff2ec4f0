import type { Setting } from '../../control/protocol.ts';

export type Completion = {
  /** What the whole text becomes. */
  text: string;
  shown: string;
  description: string;
  /** Chosen with Enter without having been gone to: there is nothing sensible to send yet. */
  eager: boolean;
};

/** What `text`, with the cursor at its end, can become: a command, one of its subcommands, a mention. */
export function completionsOf(text: string, { commands, members }: Setting): Completion[] {
  if (/^\/\S*$/.test(text)) {
    return commands
      .filter(({ name }) => name.startsWith(text.toLowerCase()))
      .map(({ name, description, usageHint }) => ({
        text: `${name} `,
        shown: `${name} ${usageHint}`,
        description,
        eager: name !== text,
      }));
  }
  const [, name, word] = /^(\/\S+) +(\S*)$/.exec(text) ?? [];
  const command = commands.find((each) => each.name === name);
  if (command !== undefined && word !== undefined && !word.startsWith('@')) {
    return subcommandsIn(command.usageHint)
      .filter((each) => each.startsWith(word.toLowerCase()) && each !== word)
      .map((each) => ({
        text: `${command.name} ${each} `,
        shown: `${command.name} ${each}`,
        description: '',
        eager: false,
      }));
  }
  const [, before = '', handle] = /^(.*\s|)@([\w.-]*)$/s.exec(text) ?? [];
  if (handle === undefined) return [];
  return members
    .filter(
      ({ name: each, realName }) =>
        each.startsWith(handle.toLowerCase()) || realName.toLowerCase().includes(handle.toLowerCase()),
    )
    .map((member) => ({
      text: `${before}@${member.name} `,
      shown: `@${member.name}`,
      description: member.realName,
      // Sent as it is, part of a name means nobody.
      eager: member.name !== handle,
    }))
    .sort((one, other) => Number(one.eager) - Number(other.eager));
}

/** `[get | reset | help] [user]` names three. */
function subcommandsIn(usageHint: string): string[] {
  const [, list = ''] = /^\[([^\]]*\|[^\]]*)\]/.exec(usageHint) ?? [];
  return list
    .split('|')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
