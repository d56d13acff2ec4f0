import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Times } from '../../config/times.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor, noLongerWorks } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { WordsError } from '../inputs/command-text.ts';
import { findUser, givenWords } from '../inputs/find-user.ts';
import { canLast, FOR_A_ROLE, readLasts } from '../inputs/lasts.ts';
import { type Meant, meantBy, userMeant } from '../inputs/meant.ts';
import type { Asked, OnUser } from '../inputs/question.ts';
import { checkedReason, reasonFromFlag } from '../inputs/reason.ts';
import { checkSettings, settingFlags, settingsInWords } from '../inputs/settings-form.ts';
import { userButtonListener } from '../inputs/user-button.ts';
import { USER_PICKER } from '../inputs/user-picker.ts';
import { actOrAsk, type UserFirst, userFirstForm, userFirstListener } from '../inputs/which-user.ts';
import type { Subcommand } from '../subcommand.ts';
import { alter, EDITABLE, EditableSettings, type Wanted } from './alter.ts';
import { ANOTHER_LOGIN, EDIT_TITLE, editForm, editFormListener, whatWaits } from './edit-form.ts';
import { undoAnswered, undoListener } from './undo.ts';

const NOTHING: Wanted = { settings: {}, reason: null, lasts: null };

const REFUSED_TWO_FACTOR = say`Fastly doesn't let the bot change a user's 2FA. Users set it up in their own Fastly profile.`;
/** Why Fastly doesn't let the bot change something, by flag. The flags are known, so that the refusal gives the reason. */
const REFUSED_FLAGS: Record<string, Sentence> = {
  login: say`Fastly doesn't let the bot change a login. Ask Fastly's support, or create a user with the new login and delete the old one.`,
  'two-factor-auth-enabled': REFUSED_TWO_FACTOR,
  'two-factor-setup-required': REFUSED_TWO_FACTOR,
};

const USER_FIRST: UserFirst<Wanted> = {
  form: { id: 'update.pick', title: EDIT_TITLE, submit: 'Next', mainBlockId: USER_PICKER },
  carried: codecFor(
    'form',
    z.object({
      settings: EditableSettings,
      reason: z.string().nullable(),
      lasts: z.int().nullable().default(null),
    }),
    'update',
  ),
  next: (interaction, user, wanted, onTop) =>
    freshForm(interaction, user, checked(wanted, interaction.services.times), onTop),
  anotherLogin: ANOTHER_LOGIN,
  closed: (again) => say`You closed the form. Run ${again} to open it again.`,
};

const onUser: OnUser = {
  name: 'update',
  button: (_services, name) => `Update ${name}`,
  check: (asked, { times }) => void checked(asked, times),
  act: (interaction, user, asked) =>
    asked.undoes === undefined
      ? alter(interaction, user, checked(asked, interaction.services.times), {
          rolesShown: asked.rolesShown ?? null,
        })
      : undoAnswered(interaction, asked.undoes, asked.rolesShown ?? null),
};

export const update: Subcommand = {
  name: 'update',
  summary: 'Change a user',
  about: (services) =>
    say`With a user and a setting, the change is made at once; if your words fit a user only in part, the bot asks first. Without a setting, a form opens. The result shows each setting before and after, with Undo for 24 hours. With ${code('--for')}, the role before comes back after that time.${whatWaits(services)} The login and 2FA can't be changed here.`,
  usage:
    '[user] [--name …] [--role …] [--locked yes|no] [--limit-services yes|no] [--require-new-password yes|no] [--for 4h] [--reason …] [--private]',
  examples: [
    'update',
    'update edda.morton@example.com',
    'update edda.morton@example.com --role billing',
    'update silas.morton@example.com --role billing --for 2d',
    'update "Leif Drummond" --locked yes --reason "On leave"',
  ],
  flags: {
    ...settingFlags(EDITABLE),
    ...Object.fromEntries(Object.keys(REFUSED_FLAGS).map((flag) => [flag, 'text' as const])),
    for: 'text',
    reason: 'text',
  },
  async run(interaction, { words, flags }) {
    for (const [flag, why] of Object.entries(REFUSED_FLAGS)) {
      if (flags[flag] !== undefined) throw new WordsError(why);
    }
    const { times } = interaction.services;
    const wanted = {
      settings: settingsInWords(flags, EDITABLE),
      reason: reasonFromFlag(flags),
      lasts: typeof flags.for === 'string' ? readLasts(flags.for, times) : null,
    };
    if (wanted.lasts !== null && wanted.settings.role === undefined) throw new WordsError(FOR_A_ROLE);
    const given = givenWords(words);
    if (given.length === 0) {
      await openModal(interaction, userFirstForm(USER_FIRST, interaction, wanted));
      return;
    }
    if (Object.keys(wanted.settings).length === 0) {
      // The form names the user, and nothing is done before it is sent: it is the question.
      return await openWhenReady(interaction, EDIT_TITLE, async () => {
        const match = await findUser(interaction, given, 'look');
        return match.kind === 'several'
          ? userFirstForm(USER_FIRST, interaction, wanted, { offered: match })
          : await freshForm(interaction, meantBy(match.user), wanted);
      });
    }
    const match = await findUser(interaction, given, 'change');
    const { lasts, ...others } = wanted;
    const asked = { subcommand: 'update', ...others, ...(lasts !== null && { lasts }) } as const;
    await actOrAsk(interaction, onUser, match, { asked });
  },
  onUser,
  listeners: [
    editFormListener,
    undoListener(onUser),
    userButtonListener('update.button', { isPublic: true }, async (shown, user) => {
      await openWhenReady(shown, EDIT_TITLE, () => freshForm(shown, user, NOTHING));
    }),
    userFirstListener('update', USER_FIRST),
  ],
};

async function freshForm(
  interaction: Interaction,
  meant: Meant,
  wanted: Wanted,
  onTop?: Sentence,
): Promise<ModalView> {
  const user = await userMeant(interaction, meant);
  if (user.deleted_at) throw new Refusal(say`${code(user.login)} was deleted, so it can't be updated.`);
  return await editForm(interaction, user, wanted, { onTop });
}

/** What came back, checked as words are. @throws {Refusal} for what the bot would not take in words */
function checked(
  {
    settings,
    reason,
    lasts = null,
  }: Partial<Pick<Asked, 'settings' | 'reason'>> & { lasts?: number | null | undefined },
  times: Times,
): Wanted {
  const editable = EditableSettings.safeParse(settings ?? {});
  if (!editable.success || (lasts !== null && !canLast(lasts, times)))
    throw noLongerWorks('button', 'update');
  return { settings: checkSettings(editable.data), reason: checkedReason(reason ?? null), lasts };
}
