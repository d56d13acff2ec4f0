import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { UserId } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { formListener, viewOf } from '../form.ts';
import { WordsError } from '../inputs/command-text.ts';
import { findUser, type Target } from '../inputs/find-user.ts';
import { readReason, reasonInWords } from '../inputs/reason.ts';
import { checkSettings, settingFlags, settingsInWords } from '../inputs/settings-form.ts';
import { CARRIED_LENGTH, clickedUser, whichUser } from '../inputs/user-button.ts';
import { pickedUser, USER_PICKER, userChoice, userPicker } from '../inputs/user-picker.ts';
import type { Subcommand } from '../subcommand.ts';
import { alter, EDITABLE, EditableSettings, type Wanted } from './alter.ts';
import { EDIT_TITLE, editForm, editFormListener, whatWaits } from './edit-form.ts';

const PICK = { id: 'update.pick', title: EDIT_TITLE, submit: 'Next', mainBlockId: USER_PICKER };

const REFUSED_TWO_FACTOR = say`Fastly doesn't let the bot change a user's 2FA. Users set it up in their own Fastly profile.`;
/** Why Fastly doesn't let the bot change something, by flag. The flags are known, so that the refusal gives the reason. */
const REFUSED_FLAGS: Record<string, Sentence> = {
  login: say`Fastly doesn't let the bot change a login. Ask Fastly's support, or create a user with the new login and delete the old one.`,
  'two-factor-auth-enabled': REFUSED_TWO_FACTOR,
  'two-factor-setup-required': REFUSED_TWO_FACTOR,
};

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
    ...Object.fromEntries(Object.keys(REFUSED_FLAGS).map((flag) => [flag, 'text' as const])),
    reason: 'text',
  },
  async run(interaction, { words, flags }) {
    for (const [flag, why] of Object.entries(REFUSED_FLAGS)) {
      if (flags[flag] !== undefined) throw new WordsError(why);
    }
    const wanted = { settings: settingsInWords(flags, EDITABLE), reason: reasonInWords(flags) };
    const given = words.filter((word) => word.kind === 'mention' || word.text.trim() !== '');
    if (given.length === 0) {
      await openModal(interaction, pickForm(interaction, wanted));
      return;
    }
    if (Object.keys(wanted.settings).length === 0) {
      return await openWhenReady(interaction, EDIT_TITLE, async () => {
        const target = await findUser(interaction, given);
        return target.kind === 'one'
          ? await freshForm(interaction, target.user.id, wanted)
          : pickForm(interaction, wanted, { several: target });
      });
    }
    const target = await findUser(interaction, given);
    if (target.kind === 'one') return await alterAndTell(interaction, target.user.id, wanted);
    const confirm = {
      title: say`Update this user?`,
      text: say`The changes you typed will be applied.`,
      confirm: 'Update',
    };
    const how = { verb: 'update', carried: write(wanted), confirm };
    await interaction.reply.privately(whichUser('update.choose', interaction, target, how));
  },
  listeners: [
    editFormListener,
    {
      kind: 'click',
      id: 'update.button',
      async run(interaction, click) {
        // Results are public even if the card was private.
        const { shown, id } = clickedUser(interaction, click, { private: false });
        await openWhenReady(shown, EDIT_TITLE, () => freshForm(shown, id, { settings: {}, reason: null }));
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
    formListener(PICK, {
      async work(interaction, { values, subject }) {
        const id = pickedUser(values);
        const view = await freshForm(interaction, id, read(subject));
        const command = code(`/fastly-user update ${id}`);
        const orElse = message(say`You closed the form. Run ${command} to open it again.`);
        return { kind: 'next', view, orElse };
      },
      again: async (interaction, { subject }, problem) => pickForm(interaction, read(subject), { problem }),
    }),
  ],
};

async function alterAndTell(interaction: Interaction, id: UserId, wanted: Wanted): Promise<void> {
  const delivered = await alter(interaction, id, wanted);
  if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
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
  { several, problem }: { several?: Extract<Target, { kind: 'several' }>; problem?: Sentence } = {},
): ModalView {
  const asked =
    several &&
    say`${several.users.length}${several.more ? '+' : ''} users match ${code(several.typed)}. Which one?`;
  return viewOf(PICK, interaction.origin, {
    onTop: problem,
    subject: Carried.write(wanted),
    blocks: [...(asked ? [richText(asked)] : []), several ? userChoice(several.users) : userPicker()],
  });
}

const Carried = codecFor(
  'form',
  z.object({
    settings: EditableSettings,
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
