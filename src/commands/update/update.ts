import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { Settings } from '../../changes/settings.ts';
import type { User, UserId } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { formView, openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { type FlagValues, WordsError } from '../inputs/command-text.ts';
import { findUser } from '../inputs/find-user.ts';
import { readReason, reasonInWords } from '../inputs/reason.ts';
import { checkSettings, settingFlags, settingsInWords } from '../inputs/settings-form.ts';
import { CARRIED_LENGTH, clickedUser, whichUser } from '../inputs/user-button.ts';
import { pickedUser, USER_PICKER, userChoice, userPicker } from '../inputs/user-picker.ts';
import type { Subcommand } from '../subcommand.ts';
import { alter, EDITABLE, type Wanted } from './alter.ts';
import { EDIT_TITLE, editForm, editFormListener, whatWaits } from './edit-form.ts';

const PICK = 'update.pick';
const NOTHING: Wanted = { settings: {}, reason: null };

/** Flags for what Fastly doesn't let the bot change. They are known, so that the refusal gives the reason. */
const TWO_FACTOR_FLAGS = ['two-factor-auth-enabled', 'two-factor-setup-required'];
const REFUSED_FLAGS = ['login', ...TWO_FACTOR_FLAGS];

/** Changes a user, and shows before and after. */
export const update: Subcommand = {
  name: 'update',
  summary: 'Change a user',
  about: (services) =>
    say`With a user and a setting, the change is made at once. Otherwise a form opens. The result shows each setting before and after.${whatWaits(services)} The login and 2FA can't be changed here.`,
  usage:
    '[user] [--name …] [--role …] [--locked yes|no] [--limit-services yes|no] [--require-new-password yes|no] [--reason …] [--private]',
  examples: [
    'update',
    'update edda.morton@example.com',
    'update edda.morton@example.com --role billing',
    'update "Leif Drummond" --locked yes --reason "On leave"',
  ],
  flags: {
    ...settingFlags(EDITABLE),
    ...Object.fromEntries(REFUSED_FLAGS.map((flag) => [flag, 'text' as const])),
    reason: 'text',
  },
  async run(interaction, { words, flags }) {
    refuseWhatCannotChange(flags);
    const settings = settingsInWords(flags, EDITABLE);
    const reason = reasonInWords(flags);
    const wanted = { settings, reason };
    const given = words.filter((word) => word.kind === 'mention' || word.text.trim() !== '');
    if (given.length === 0) {
      await openModal(interaction, pickForm(interaction, wanted));
    } else if (Object.keys(settings).length === 0) {
      await openWhenReady(interaction, EDIT_TITLE, async () => {
        const target = await findUser(interaction, given);
        return target.kind === 'one'
          ? await freshForm(interaction, target.user.id, wanted)
          : pickForm(interaction, wanted, target);
      });
    } else {
      const target = await findUser(interaction, given);
      if (target.kind === 'one') return await alterAndTell(interaction, target.user.id, wanted);
      await interaction.reply.privately(
        whichUser('update.choose', interaction, target, {
          verb: 'update',
          carried: write(wanted),
          confirm: {
            title: say`Update this user?`,
            text: say`The changes you typed will be applied.`,
            confirm: 'Update',
          },
        }),
      );
    }
  },
  listeners: [
    editFormListener,
    {
      kind: 'click',
      id: 'update.button',
      async run(interaction, click) {
        // Results are public even if the card was private.
        const { shown, id } = clickedUser(interaction, click, { private: false });
        await openWhenReady(shown, EDIT_TITLE, () => freshForm(shown, id, NOTHING));
      },
    },
    {
      kind: 'click',
      id: 'update.choose',
      async run(interaction, click) {
        const { shown, id, carried: text } = clickedUser(interaction, click);
        const wanted = read(text);
        await shown.reply.removeOriginal();
        await shown.reply.waitFor(alterAndTell(shown, id, wanted));
      },
    },
    pickListener(),
  ],
};

async function alterAndTell(interaction: Interaction, id: UserId, wanted: Wanted): Promise<void> {
  const delivered = await alter(interaction, id, wanted);
  if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
}

/** @throws {WordsError} */
function refuseWhatCannotChange(flags: FlagValues): void {
  if (flags.login !== undefined) {
    throw new WordsError(
      say`Fastly doesn't let the bot change a login. Ask Fastly's support, or create a user with the new login and delete the old one.`,
    );
  }
  if (TWO_FACTOR_FLAGS.some((flag) => flags[flag] !== undefined)) {
    throw new WordsError(
      say`Fastly doesn't let the bot change a user's 2FA. Users set it up in their own Fastly profile.`,
    );
  }
}

async function freshForm(interaction: Interaction, id: UserId, wanted: Wanted): Promise<ModalView> {
  const user = await interaction.services.fastly.getUser(id);
  if (user.deleted_at) throw new Refusal(say`${code(user.login)} was deleted, so it can't be updated.`);
  return editForm(interaction, user, wanted);
}

/** The form that asks for the user. Offers the matching users if there are several. */
function pickForm(
  interaction: Interaction,
  wanted: Wanted,
  several?: { typed: string; users: readonly User[]; more: boolean },
  problem?: Sentence,
): ModalView {
  return formView({
    callbackId: PICK,
    title: EDIT_TITLE,
    submit: 'Next',
    origin: interaction.origin,
    subject: Carried.write(wanted),
    blocks: [
      ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
      ...(several
        ? [
            richText(
              say`${several.users.length}${several.more ? '+' : ''} users match ${code(several.typed)}. Which one?`,
            ),
            userChoice(several.users),
          ]
        : [userPicker()]),
    ],
  });
}

function pickListener(): Listener {
  return {
    kind: 'submission',
    id: PICK,
    form: {
      title: EDIT_TITLE,
      mainBlockId: USER_PICKER,
      async work(interaction, { values, subject }) {
        const id = pickedUser(values);
        const view = await freshForm(interaction, id, read(subject));
        const orElse = message(
          say`You closed the form. Run ${code(`/fastly-user update ${id}`)} to open it again.`,
        );
        return { kind: 'next', view, orElse };
      },
      again: async (interaction, { subject }, problem) =>
        pickForm(interaction, read(subject), undefined, problem),
    },
  };
}

const Carried = codecFor(
  'form',
  z.object({
    settings: Settings.pick({
      name: true,
      role: true,
      locked: true,
      limit_services: true,
      require_new_password: true,
    }),
    reason: z.string().nullable(),
  }),
  'update',
);

/** The changes as text that a choice carries. @throws {Refusal} when it is too long */
function write(wanted: Wanted): string {
  const text = Carried.write(wanted);
  if (text.length <= CARRIED_LENGTH) return text;
  throw new Refusal(
    say`Several users match, and the changes are too long for a choice. Nothing was changed. Type the user's email or ID.`,
  );
}

/** @throws {Refusal} for text that `write` didn't make */
function read(text: string | null): Wanted {
  const { settings, reason } = Carried.read(text);
  return { settings: checkSettings(settings), reason: readReason(reason) };
}
