import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Times } from '../../config/times.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor, noLongerWorks } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import { formListener, viewOf } from '../form.ts';
import { WordsError } from '../inputs/command-text.ts';
import { findUser, givenWords, isItThisOne, type Match, whichOne } from '../inputs/find-user.ts';
import { canLast, FOR_A_ROLE, readLasts } from '../inputs/lasts.ts';
import { LoginChanged, type Meant, meantBy, userMeant } from '../inputs/meant.ts';
import { type Asked, actOrAskAnew, ask, type OnUser } from '../inputs/question.ts';
import { checkedReason, reasonFromFlag } from '../inputs/reason.ts';
import { checkSettings, settingFlags, settingsInWords } from '../inputs/settings-form.ts';
import { clickedUser } from '../inputs/user-button.ts';
import { pickedUser, USER_PICKER } from '../inputs/user-picker.ts';
import { whichUser } from '../inputs/which-user.ts';
import type { Subcommand } from '../subcommand.ts';
import { alter, EDITABLE, EditableSettings, type Wanted } from './alter.ts';
import { ANOTHER_LOGIN, EDIT_TITLE, editForm, editFormListener, whatWaits } from './edit-form.ts';
import { undoAnswered, undoListener } from './undo.ts';

const PICK = { id: 'update.pick', title: EDIT_TITLE, submit: 'Next', mainBlockId: USER_PICKER };
const NOTHING: Wanted = { settings: {}, reason: null, lasts: null };

const REFUSED_TWO_FACTOR = say`Fastly doesn't let the bot change a user's 2FA. Users set it up in their own Fastly profile.`;
/** Why Fastly doesn't let the bot change something, by flag. The flags are known, so that the refusal gives the reason. */
const REFUSED_FLAGS: Record<string, Sentence> = {
  login: say`Fastly doesn't let the bot change a login. Ask Fastly's support, or create a user with the new login and delete the old one.`,
  'two-factor-auth-enabled': REFUSED_TWO_FACTOR,
  'two-factor-setup-required': REFUSED_TWO_FACTOR,
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

/** Changes a user, and shows before and after. */
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
      await openModal(interaction, pickForm(interaction, wanted));
      return;
    }
    if (Object.keys(wanted.settings).length === 0) {
      // The form names the user, and nothing is done before it is sent: it is the question.
      return await openWhenReady(interaction, EDIT_TITLE, async () => {
        const match = await findUser(interaction, given, 'look');
        return match.kind === 'several'
          ? pickForm(interaction, wanted, { several: match })
          : await freshForm(interaction, meantBy(match.user), wanted);
      });
    }
    const match = await findUser(interaction, given, 'change');
    const { lasts, ...others } = wanted;
    const asked = { subcommand: 'update', ...others, ...(lasts !== null && { lasts }) } as const;
    if (match.kind === 'several') {
      const { users, more } = match;
      return await ask(interaction, onUser, { users, more, text: [whichOne(match)], asked });
    }
    if (match.kind === 'certain') return await actOrAskAnew(interaction, onUser, meantBy(match.user), asked);
    const text = [isItThisOne(match)];
    await ask(interaction, onUser, { users: [match.user], text, asked });
  },
  onUser,
  listeners: [
    editFormListener,
    undoListener(onUser),
    {
      kind: 'click',
      id: 'update.button',
      async run(interaction, click) {
        // Results are public even if the card was private.
        const { shown, user } = clickedUser(interaction, click, { private: false });
        await openWhenReady(shown, EDIT_TITLE, () => freshForm(shown, user, NOTHING));
      },
    },
    formListener(PICK, {
      async work(interaction, { values, subject }) {
        const user = pickedUser(values);
        const wanted = read(subject, interaction.services.times);
        const view = await freshForm(interaction, user, wanted).catch(async (error: unknown) => {
          if (!(error instanceof LoginChanged)) throw error;
          return await editForm(interaction, error.user, wanted, { onTop: ANOTHER_LOGIN });
        });
        const again = code(`/fastly-user update ${user.id}`);
        return {
          kind: 'next',
          view,
          orElse: message(say`You closed the form. Run ${again} to open it again.`),
        };
      },
      again: async (interaction, { subject }, problem) =>
        pickForm(interaction, read(subject, interaction.services.times), { problem }),
    }),
  ],
};

async function freshForm(interaction: Interaction, meant: Meant, wanted: Wanted): Promise<ModalView> {
  const user = await userMeant(interaction, meant);
  if (user.deleted_at) throw new Refusal(say`${code(user.login)} was deleted, so it can't be updated.`);
  return await editForm(interaction, user, wanted);
}

/** The form that asks for the user. Offers the matching users if there are several. */
function pickForm(
  interaction: Interaction,
  wanted: Wanted,
  { several, problem }: { several?: Extract<Match, { kind: 'several' }>; problem?: Sentence } = {},
): ModalView {
  return viewOf(PICK, interaction.origin, {
    onTop: problem,
    subject: Carried.write(wanted),
    blocks: whichUser(several),
  });
}

const Carried = codecFor(
  'form',
  z.object({
    settings: EditableSettings,
    reason: z.string().nullable(),
    lasts: z.int().nullable().default(null),
  }),
  'update',
);

/** @throws {Refusal} for text that this version of the bot didn't write */
function read(text: string | null, times: Times): Wanted {
  return checked(Carried.read(text), times);
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
