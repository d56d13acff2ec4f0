import { Refusal } from '../messages/failure-text.ts';
import { context, type Message, message } from '../messages/kit/message.ts';
import { bold, code, enumerate, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import type { Services } from '../slack/replies/services.ts';
import { nearest } from './inputs/command-text.ts';
import { ROLES } from './inputs/settings-form.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

/** Lists the subcommands, or shows how to use one. */
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
      if (!asked) {
        await interaction.reply.privately(overview(all().filter((each) => !disabled.has(each.name))));
        return;
      }
      const name = asked.kind === 'text' ? asked.text.toLowerCase() : '';
      const subcommand = all().find((candidate) => candidate.name === name);
      if (!subcommand || disabled.has(name)) throw new Refusal(notUnderstood(name, all(), disabled));
      await interaction.reply.privately(details(subcommand, interaction.services));
    },
  };
}

/** Says that a subcommand doesn't exist, and names the nearest one. */
export function notUnderstood(
  typed: string,
  all: readonly Subcommand[],
  disabled: ReadonlySet<string>,
): Sentence {
  if (disabled.has(typed)) {
    return say`${code(typed)} is disabled in this workspace. Run ${code('/fastly-user help')} to see all commands.`;
  }
  const names = all.map(({ name }) => name).filter((name) => !disabled.has(name));
  const close = nearest(typed, names);
  const problem = typed === '' ? say`Unknown command.` : say`Unknown command ${code(typed)}.`;
  const hint = close === null ? say`` : say`Did you mean ${code(`/fastly-user ${close}`)}? `;
  return say`${problem} ${hint}Run ${code('/fastly-user help')} to see all commands.`;
}

function overview(all: readonly Subcommand[]): Message {
  const lines = all.map(
    ({ name, usage, summary }) => say`${code(`/fastly-user ${name} ${inShort(usage)}`.trim())} ${summary}`,
  );
  const first = say`${bold('What you can do here')}`;
  const shown = message(first, ...lines);
  return {
    ...shown,
    blocks: [
      ...shown.blocks,
      context(
        say`${code('[user]')} is an ID, an email, part of a name, or a mention. Without it, a form opens (${code('audit')} shows all users). The channel doesn't see the result of a command with ${code('--private')}. Run ${code('/fastly-user help get')} to see how to use one command.`,
      ),
    ],
  };
}

/** The usage without the flags. */
function inShort(usage: string): string {
  return usage.replace(/\[--.*$/, '').trim();
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
