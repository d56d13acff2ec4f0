import { Refusal } from '../messages/failure-text.ts';
import { context, type Message, message } from '../messages/kit/message.ts';
import { bold, code, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import type { Services } from '../slack/replies/services.ts';
import { nearest } from './inputs/command-text.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

/** Says what there is, or how one subcommand goes; also the answer to anything not understood. */
export function helpAbout(all: () => readonly Subcommand[]): Subcommand {
  return {
    name: 'help',
    summary: 'Say what there is, and how it goes',
    about: say`Tells you alone.`,
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

/** What is said to a subcommand that does not exist, with the nearest one named. */
export function notUnderstood(
  typed: string,
  all: readonly Subcommand[],
  disabled: ReadonlySet<string>,
): Sentence {
  if (disabled.has(typed)) {
    return say`${code(typed)} is switched off here. ${code('/fastly-user help')} lists what there is.`;
  }
  const names = all.map(({ name }) => name).filter((name) => !disabled.has(name));
  const close = nearest(typed, names);
  const problem = typed === '' ? say`I do not know that subcommand.` : say`I do not know ${code(typed)}.`;
  const hint = close === null ? say`` : say`Did you mean ${code(`/fastly-user ${close}`)}? `;
  return say`${problem} ${hint}${code('/fastly-user help')} lists what there is.`;
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
        say`${code('[user]')} is an id, a login, part of a name, or a mention. Without it a form opens. ${code('--private')} shows a result to you alone. ${code('/fastly-user help get')} says more of one, with examples.`,
      ),
    ],
  };
}

/** What may follow without the flags. */
function inShort(usage: string): string {
  return usage.replace(/\[--.*$/, '').trim();
}

function details({ name, usage, summary, about, examples }: Subcommand, services: Services): Message {
  const title = say`${code(`/fastly-user ${name} ${usage}`.trim())}`;
  const told = typeof about === 'function' ? about(services) : about;
  return {
    ...message(title),
    blocks: [
      richText(title, say`${summary}. ${told}`),
      richText(say`For example:`, ...examples.map((example) => say`${code(`/fastly-user ${example}`)}`)),
    ],
  };
}
