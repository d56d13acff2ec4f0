import { ROLES } from '../changes/roles.ts';
import { Refusal } from '../messages/failure-text.ts';
import { context, type Message, message } from '../messages/kit/message.ts';
import { bold, code, enumerate, richText, say, typedWords } from '../messages/kit/sentence.ts';
import type { Services } from '../slack/replies/services.ts';
import { nearest, type Word } from './inputs/command-text.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

export function helpAbout(all: () => readonly Subcommand[]): Subcommand {
  return {
    name: 'help',
    summary: 'Show all commands, or how to use one',
    about: say`Only you see the answer.`,
    usage: '[subcommand]',
    examples: ['help', 'help get'],
    flags: {},
    listeners: [],
    async run(interaction, { words }) {
      const [asked, ...others] = words;
      const { disabled } = interaction.services;
      refuseWords(this, others);
      const answer = asked
        ? details(subcommandNamed(nameIn(asked), all(), disabled), interaction.services)
        : overview(all().filter((each) => !disabled.has(each.name)));
      await interaction.reply.privately(answer);
    },
  };
}

/** What does here what other tools have these words for. */
const WORDS_OF_OTHER_TOOLS: ReadonlyMap<string, string> = new Map([
  ['disable', 'lock [user]'],
  ['enable', 'unlock [user]'],
  ['promote', 'update [user] --role superuser'],
  ['demote', 'update [user] --role user'],
  ['rename', 'update [user] --name …'],
  ['edit', 'update [user]'],
  ['remove', 'delete [user]'],
  ['rm', 'delete [user]'],
  ['search', 'list [text]'],
  ['find', 'get [user]'],
  ['show', 'get [user]'],
  ['add', 'create [email]'],
  ['approve', 'approvals'],
  ['deny', 'approvals'],
]);

export function nameIn(word: Word): string {
  return word.kind === 'text' ? word.text.toLowerCase() : '';
}

/** @throws {Refusal} where there is no such subcommand, with the name of the nearest one, or it is disabled */
export function subcommandNamed(
  typed: string,
  all: readonly Subcommand[],
  disabled: ReadonlySet<string>,
): Subcommand {
  if (disabled.has(typed)) {
    throw new Refusal(
      say`${code(typed)} is disabled in this workspace. Run ${code('/fastly-user help')} to see all commands.`,
    );
  }
  const subcommand = all.find(({ name }) => name === typed);
  if (subcommand) return subcommand;
  const elsewhere = WORDS_OF_OTHER_TOOLS.get(typed);
  if (elsewhere && !disabled.has(elsewhere.split(' ')[0] ?? '')) {
    throw new Refusal(
      say`There is no command ${typedWords(typed)}. Run ${code(`/fastly-user ${elsewhere}`)} instead. Nothing was done.`,
    );
  }
  const names = all.map(({ name }) => name).filter((name) => !disabled.has(name));
  const close = nearest(typed, names);
  const problem = typed === '' ? say`Unknown command.` : say`Unknown command ${typedWords(typed)}.`;
  const hint = close === null ? say`` : say`Did you mean ${code(`/fastly-user ${close}`)}? `;
  throw new Refusal(say`${problem} ${hint}Run ${code('/fastly-user help')} to see all commands.`);
}

function overview(all: readonly Subcommand[]): Message {
  const lines = all.map(({ name, usage, summary }) => {
    const withoutFlags = usage.replace(/\[--.*$/, '');
    return say`${code(`/fastly-user ${name} ${withoutFlags}`.trim())} ${summary}`;
  });
  const shown = message(say`${bold('What you can do here')}`, ...lines);
  shown.blocks.push(
    context(
      say`${code('[user]')} is an ID, an email, part of a name, or a mention. Without it, a form opens (${code('audit')} shows all users). The channel doesn't see the result of a command with ${code('--private')}. Run ${code('/fastly-user help get')} to see how to use one command.`,
    ),
  );
  return shown;
}

function details({ name, usage, summary, about, examples, flags }: Subcommand, services: Services): Message {
  const title = say`${code(`/fastly-user ${name} ${usage}`.trim())}`;
  const told = typeof about === 'function' ? about(services) : about;
  return {
    ...message(title),
    blocks: [
      richText(title, say`${summary}. ${told}`),
      // `list` takes any role in use, the others only these.
      ...('role' in flags && name !== 'list' ? [richText(say`Roles: ${enumerate(ROLES.map(code))}.`)] : []),
      richText(say`For example:`, ...examples.map((example) => say`${code(`/fastly-user ${example}`)}`)),
    ],
  };
}
