import { Refusal } from '../messages/failure-text.ts';
import { say } from '../messages/kit/sentence.ts';
import { noLongerWorks } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Services } from '../slack/replies/services.ts';
import { decisions } from './approvals/decisions.ts';
import { lockNow } from './approvals/lock-now.ts';
import { severalListeners } from './approvals/several.ts';
import { formListener } from './form.ts';
import { nameIn, subcommandNamed } from './help.ts';
import { homeListeners } from './home.ts';
import { SUBCOMMANDS } from './index.ts';
import { readFlags, splitWords, type Word } from './inputs/command-text.ts';
import {
  Answer,
  Asked,
  actOrAskAnew,
  askAnew,
  CHOOSE,
  CHOOSE_FORM,
  chooseForm,
  type OnUser,
  RolesToLose,
} from './inputs/question.ts';
import { pickedUser, userPickerListener } from './inputs/user-picker.ts';
import { cancelRequestsListener } from './leavers/cancel-requests.ts';
import { keepListeners } from './leavers/keep.ts';
import { endNowListener } from './promotions/end-now.ts';
import { extendListeners } from './promotions/extend.ts';
import { moreRolesListener } from './promotions/running.ts';

/** `/fastly-user <subcommand> [user] [--flags]`: reads the words and hands them to the subcommand. */
const slashCommand: Listener = {
  kind: 'command',
  id: '/fastly-user',
  async run(interaction, { text }) {
    const { disabled } = interaction.services;
    for (const { name, unread } of SUBCOMMANDS) {
      if (!unread || !isMeant(name, text)) continue;
      const subcommand = subcommandNamed(name, SUBCOMMANDS, disabled);
      interaction.measured.named(name);
      if (text.trim().toLowerCase() !== name) throw new Refusal(unread);
      return await subcommand.run(interaction.shownTo({ private: false }), { words: [], flags: {} });
    }
    const [first, ...rest] = splitWords(text);
    if ([first, ...rest].some(asksForHelp)) {
      const about = first && !asksForHelp(first) ? [first] : [];
      const help = subcommandNamed('help', SUBCOMMANDS, disabled);
      interaction.measured.named(help.name);
      return await help.run(interaction, { words: about, flags: {} });
    }
    const subcommand = subcommandNamed(first ? nameIn(first) : 'help', SUBCOMMANDS, disabled);
    interaction.measured.named(subcommand.name);
    const { positional, flags } = readFlags(rest, { ...subcommand.flags, private: 'switch' });
    const shown = interaction.shownTo({ private: flags.private === true });
    await shown.reply.waitFor(subcommand.run(shown, { words: positional, flags }));
  },
};

/** What people type for help at any command line. */
function asksForHelp(word: Word | undefined): boolean {
  return word?.kind === 'text' && !word.quoted && /^(-{1,2}|—)(help|h|\?)$/i.test(word.text);
}

/**
 * Whether a text is meant for a subcommand whose words are not read. Asked before anything is read, and true behind a quote or in front
 * of a sign, too: `"password …` and `password=…` hold a secret as well.
 */
function isMeant(name: string, text: string): boolean {
  return new RegExp(`^\\W*${name}\\b`, 'i').test(text);
}

/** The answer to the question who is meant: the subcommand runs once more, with the user in place of the words. */
const answerListeners: Listener[] = [
  {
    kind: 'click',
    id: CHOOSE,
    async run(interaction, { value }) {
      const { user, private: alone, ...asked } = Answer.read(value);
      const onUser = onUserNamed(interaction.services, asked);
      onUser.check?.(asked, interaction.services);
      const shown = interaction.shownTo({ private: alone });
      await shown.reply.removeOriginal();
      await shown.reply.waitFor(actOrAskAnew(shown, onUser, user, asked));
    },
  },
  formListener(CHOOSE_FORM, {
    async work(interaction, { values, subject }) {
      const asked = Asked.read(subject);
      const onUser = onUserNamed(interaction.services, asked);
      try {
        return await onUser.act(interaction, pickedUser(values), asked);
      } catch (error) {
        if (!(await askAnew(interaction, onUser, error, asked))) throw error;
        const why = error instanceof RolesToLose ? error.sentence : say`The user has another login now.`;
        return { kind: 'elsewhere', sentence: say`${why} Answer the question that the bot sent you.` };
      }
    },
    again: async (interaction, { subject }, problem) =>
      chooseForm(interaction, { asked: Asked.read(subject), problem }),
  }),
];

/** @throws {Refusal} where the subcommand is disabled, or is about nobody */
function onUserNamed({ disabled }: Services, { subcommand }: Asked): OnUser {
  const { onUser } = subcommandNamed(subcommand, SUBCOMMANDS, disabled);
  if (!onUser) throw noLongerWorks('button', 'help');
  return onUser;
}

/**
 * The registry of everything the bot listens for. A subcommand that is switched off takes its forms and buttons with
 * it, and those elsewhere that do its work; those of approval requests stay, so that what waits can be decided.
 */
export function allListeners(disabled: ReadonlySet<string>): readonly Listener[] {
  return [
    slashCommand,
    ...answerListeners,
    userPickerListener,
    ...homeListeners(disabled),
    ...decisions,
    ...lockNow,
    ...severalListeners,
    ...keepListeners,
    cancelRequestsListener,
    // An end takes rights away, so it works whatever is switched off.
    endNowListener,
    ...extendListeners,
    moreRolesListener,
    ...SUBCOMMANDS.filter(({ name }) => !disabled.has(name)).flatMap(({ listeners }) => listeners),
  ].filter(({ needs }) => needs === undefined || !disabled.has(needs));
}

export const LISTENERS = allListeners(new Set());
