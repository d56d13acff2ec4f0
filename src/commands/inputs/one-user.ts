import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { looksLikeId, type Purpose } from '../../directory/directory.ts';
import type { User } from '../../fastly/user.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Services } from '../../slack/replies/services.ts';
import type { NextForm } from '../../slack/replies/submission.ts';
import { formListener, viewOf } from '../form.ts';
import type { Subcommand } from '../subcommand.ts';
import { together } from '../together.ts';
import { findUser, givenWords } from './find-user.ts';
import { type Meant, userMeant } from './meant.ts';
import { actOrAskAnew, ask, type OnUser } from './question.ts';
import { checkedReason, reasonFromFlag, reasonFromForm, reasonInput } from './reason.ts';
import { userButtonListener } from './user-button.ts';
import { pickedAgain, pickedUser, USER_PICKER, userPicker } from './user-picker.ts';
import { actOrAsk } from './which-user.ts';

/** A subcommand about one user, who is given in words, chosen from a form, or stands behind a button. */
export type OneUserSubcommand = Pick<Subcommand, 'name' | 'summary' | 'about' | 'examples'> & {
  /** `submit` is what the form's button says. */
  form: { title: string; submit(services: Services): string };
  /** What is done to a user needs a question first, unless the words are the user's id, login or whole name. */
  purpose: Purpose;
  /** What the button of a question says: 'Reset Ada Example'. */
  button(services: Services, name: string): string;
  /** Set where it takes a reason: whether the form insists on one. A card's button then opens the form. */
  needsReason?(services: Services): boolean;
  /**
   * What the form says under its fields.
   * @throws {Refusal} when it cannot be done from here at all
   */
  note?(interaction: Interaction): Promise<Sentence>;
  /**
   * What the caller should know before it is done; shown on top of the form, or in the question after words.
   * @throws {Refusal} when it cannot be done in this account at all
   */
  caution?(services: Services): Promise<Sentence | null>;
  choices?: UserChoices;
  /** Begins what else will be asked, while the user with an id is asked for. */
  ahead?(interaction: Interaction): void;
  act(interaction: Interaction, user: Meant, reason: string | null, choice: UserChoice): Promise<Delivered>;
};

/** Switches in words, which the form has inputs for as soon as it is about one user. */
type UserChoices = {
  flags: readonly string[];
  /** The inputs for this user. An input or its chosen value is a flag's name. */
  inputs(interaction: Interaction, user: User, chosen: readonly string[]): Promise<UserInputs>;
};

/** Inputs, none where there is nothing to choose. `showing` stands for what they show: the form carries it. */
export type UserInputs = { blocks: KnownBlock[]; showing: string };

/** The flags that were chosen, and whether the caller chose in a form that showed what there is now. */
type UserChoice = { chosen: readonly string[]; wasShown: boolean };

type FormContents = {
  user?: User | null;
  chosen?: readonly string[];
  reason?: string | null;
  onTop?: Sentence | null;
  note?: Sentence | null;
};

/**
 * Makes a subcommand of it. If the words are a user's, it acts; if they only fit one user or several, it asks whom they
 * mean. Without words, the form opens.
 */
export function oneUserSubcommand(subcommand: OneUserSubcommand): Subcommand {
  const { name, summary, about, examples, choices } = subcommand;
  const takesReason = subcommand.needsReason !== undefined;
  const switches = choices?.flags ?? [];
  const onUser: OnUser = {
    name,
    button: subcommand.button,
    act: (interaction, user, { reason, chosen = [] }) =>
      subcommand.act(interaction, user, checkedReason(reason ?? null), { chosen, wasShown: false }),
  };
  return {
    name,
    summary,
    about,
    // Where there is a reason there is a request, and approvers couldn't see a private one.
    usage: [
      '[user]',
      ...switches.map((flag) => `[--${flag}]`),
      takesReason ? '[--reason …]' : '[--private]',
    ].join(' '),
    examples,
    flags: {
      ...(takesReason && { reason: 'text' }),
      ...Object.fromEntries(switches.map((flag) => [flag, 'switch' as const])),
    },
    async run(interaction, { words, flags }) {
      const reason = takesReason ? reasonFromFlag(flags) : null;
      const chosen = switches.filter((flag) => flags[flag] === true);
      const given = givenWords(words);
      if (given.length === 0)
        return await openForm(subcommand, interaction, async () => ({ reason, chosen }));
      const [first] = given;
      if (given.length === 1 && first?.kind === 'text' && looksLikeId(first.text)) {
        subcommand.ahead?.(interaction);
      }
      const [match, warning] = await together(
        findUser(interaction, given, subcommand.purpose),
        cautionOf(subcommand, interaction),
      );
      // What can't be done from here at all is refused before anything is asked.
      if (match.kind !== 'certain' || warning !== null) await subcommand.note?.(interaction);
      const asked = { subcommand: name, reason, ...(chosen.length > 0 && { chosen }) };
      await actOrAsk(interaction, onUser, match, { asked, warning, isLook: subcommand.purpose === 'look' });
    },
    onUser,
    listeners: [userFormListener(subcommand), buttonListener(subcommand, onUser)],
  };
}

async function noteOf({ note }: OneUserSubcommand, interaction: Interaction): Promise<Sentence | null> {
  return (await note?.(interaction)) ?? null;
}

async function cautionOf(
  { caution }: OneUserSubcommand,
  { services }: Interaction,
): Promise<Sentence | null> {
  return (await caution?.(services)) ?? null;
}

/** A request is public, and its form says where it goes. */
function buttonListener(subcommand: OneUserSubcommand, onUser: OnUser): Listener {
  const isPublic = subcommand.needsReason !== undefined;
  return userButtonListener(`${subcommand.name}.button`, { isPublic }, async (shown, user) => {
    if (isPublic) await openUserForm(subcommand, shown, () => user);
    else await shown.reply.waitFor(actOrAskFor(subcommand, onUser, shown, user));
  });
}

/** After a card's button, whose dialog has asked: only a caution asks once more. */
async function actOrAskFor(
  subcommand: OneUserSubcommand,
  onUser: OnUser,
  interaction: Interaction,
  meant: Meant,
): Promise<void> {
  const warning = await cautionOf(subcommand, interaction);
  const asked = { subcommand: onUser.name };
  if (warning === null) return await actOrAskAnew(interaction, onUser, meant, asked);
  const user = await userMeant(interaction, meant);
  await ask(interaction, onUser, { users: [user], text: [warning, say`Continue anyway?`], asked });
}

/** @param contents what the form is filled in with; where that, or a caution, has to be asked for, the form waits */
async function openForm(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  contents: () => Promise<FormContents>,
): Promise<void> {
  if (!subcommand.caution && !subcommand.note) {
    await openModal(interaction, await userForm(subcommand, interaction, await contents()));
    return;
  }
  await openWhenReady(interaction, subcommand.form.title, async () => {
    const [[note, onTop], filled] = await together(
      together(noteOf(subcommand, interaction), cautionOf(subcommand, interaction)),
      contents(),
    );
    return await userForm(subcommand, interaction, { ...filled, onTop, note });
  });
}

/** The user whose choices the form has, and the flags that were typed for whoever is picked. It comes back as input. */
const Chosen = codecFor(
  'form',
  z.object({
    of: z.string().nullable(),
    chosen: z.array(z.string()),
    showing: z.string().nullable().default(null),
  }),
  'help',
);

async function userForm(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  contents: FormContents,
): Promise<ModalView> {
  const { user, reason, onTop, note, chosen = [] } = contents;
  const { choices, needsReason } = subcommand;
  const inputs = (user && (await choices?.inputs(interaction, user, chosen))) ?? null;
  const form = { ...formOf(subcommand), submit: subcommand.form.submit(interaction.services) };
  const blocks = [
    userPicker(user ?? null),
    ...(inputs?.blocks ?? []),
    ...(needsReason
      ? [reasonInput('Reason', reason ?? null, { optional: !needsReason(interaction.services) })]
      : []),
    ...(note ? [richText(note)] : []),
  ];
  const subject = choices && {
    subject: Chosen.write({ of: user?.id ?? null, chosen: [...chosen], showing: inputs?.showing ?? null }),
  };
  return viewOf(form, interaction.origin, { onTop, blocks, ...subject });
}

function formOf({ name, form: { title } }: OneUserSubcommand) {
  return { id: `${name}.form`, title, mainBlockId: USER_PICKER };
}

function userFormListener(subcommand: OneUserSubcommand): Listener {
  return formListener(formOf(subcommand), {
    async work(interaction, { values, subject }) {
      const reason = subcommand.needsReason ? reasonFromForm(values) : null;
      const meant = pickedUser(values);
      const { choices } = subcommand;
      if (!choices) return await subcommand.act(interaction, meant, reason, { chosen: [], wasShown: false });
      const { of, chosen: typed, showing } = Chosen.read(subject);
      const isSame = of === meant.id;
      const chosen = isSame ? chosenIn(values, choices) : typed;
      const picked = { meant, reason, chosen, showing: isSame ? showing : null };
      const next = await formWithChoices(subcommand, choices, interaction, picked);
      return next ?? (await subcommand.act(interaction, meant, reason, { chosen, wasShown: true }));
    },
    again: async (interaction, { values, subject }, problem) =>
      userForm(subcommand, interaction, {
        user: await pickedAgain(interaction.services, values),
        chosen: subcommand.choices
          ? [...Chosen.read(subject).chosen, ...chosenIn(values, subcommand.choices)]
          : [],
        reason: values.reason ?? null,
        onTop: problem,
        note: await noteOf(subcommand, interaction).catch(() => null),
      }),
  });
}

function chosenIn(values: FormValues, { flags }: UserChoices): string[] {
  const selected = Object.values(values);
  return flags.filter((flag) => values[flag] === 'yes' || selected.includes(flag));
}

/** The form once more, with what there is to choose for the user; null where that is nothing, or what it has shown. */
async function formWithChoices(
  subcommand: OneUserSubcommand,
  choices: UserChoices,
  interaction: Interaction,
  picked: { meant: Meant; reason: string | null; chosen: readonly string[]; showing: string | null },
): Promise<NextForm | null> {
  const { meant, reason, chosen, showing } = picked;
  const user = await userMeant(interaction, meant);
  const now = await choices.inputs(interaction, user, chosen);
  if (showing === null ? now.blocks.length === 0 : showing === now.showing) return null;
  const onTop = showing === null ? null : CHANGED;
  const note = await noteOf(subcommand, interaction);
  const view = await userForm(subcommand, interaction, { user, reason, chosen, note, onTop });
  const again = code(`/fastly-user ${subcommand.name} ${user.id}`);
  return {
    kind: 'next',
    view,
    orElse: message(say`You closed the form. Nothing was done. Run ${again} to go on.`),
  };
}

const CHANGED = say`What this form showed has changed. Nothing was done. Check the form, then send it again.`;

export async function openUserForm(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  whom: () => Meant | Promise<Meant>,
  chosen: readonly string[] = [],
): Promise<void> {
  await openForm(subcommand, interaction, async () => ({
    user: await userMeant(interaction, await whom()),
    chosen,
  }));
}
