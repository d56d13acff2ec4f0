import type { KnownBlock, ModalView } from '@slack/types';
import type { SubcommandName } from '../../config/subcommand-names.ts';
import type { User, UserId } from '../../fastly/user.ts';
import type { Confirm } from '../../messages/kit/blocks.ts';
import { message } from '../../messages/kit/message.ts';
import { richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { formView, openModal, openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Services } from '../../slack/replies/services.ts';
import type { About, Subcommand } from '../subcommand.ts';
import { findUser } from './find-user.ts';
import { givenReason, readReason, reasonInput, reasonInWords } from './reason.ts';
import { allTheSame, clickedUser, whichUser } from './user-button.ts';
import { pickedUser, USER_PICKER, userPicker } from './user-picker.ts';

/** A subcommand about one user, who is given in words, chosen from a form, or stands behind a button. */
export type OneUserSubcommand = {
  name: SubcommandName;
  summary: string;
  about: About;
  examples: readonly string[];
  /** `submit` is also what the button that follows a caution says. */
  form: { title: string; submit(services: Services): string };
  /** How it is asked for whom of several, behind 'Which one do you want to'; and asked once more. */
  choice: { verb: string; confirm?: Confirm };
  /** Takes `--reason`; then a card's button opens the form, where there is a field for it. */
  takesReason?: true;
  /**
   * What the form says under its fields.
   * @throws {Refusal} when it cannot be done from here at all
   */
  note?(interaction: Interaction): Promise<Sentence>;
  /**
   * What the caller should know before it is done; shown on top of the form, or asked about after words.
   * @throws {Refusal} when it cannot be done in this account at all
   */
  caution?(services: Services): Promise<Sentence | null>;
  act(interaction: Interaction, id: UserId, reason: string | null): Promise<Delivered>;
};

/** What a form is opened with. */
type Given = { user?: User | null; reason?: string | null; onTop?: Sentence | null; note?: Sentence | null };

/**
 * Makes a subcommand of it: words that fit one user act, words that fit several ask which, and without words the
 * form opens. Its ids: `NAME.form`, `NAME.button` on cards, `NAME.choose` and `NAME.go-ahead` on the questions.
 */
export function oneUserSubcommand(subcommand: OneUserSubcommand): Subcommand {
  const { name, summary, about, examples, takesReason } = subcommand;
  return {
    name,
    summary,
    about,
    usage: takesReason ? '[user] [--reason …]' : '[user] [--private]',
    examples,
    flags: takesReason ? { reason: 'text' } : {},
    async run(interaction, { words, flags }) {
      const reason = takesReason ? reasonInWords(flags) : null;
      const given = words.filter((word) => word.kind === 'mention' || word.text.trim() !== '');
      if (given.length === 0) {
        return await openForm(subcommand, interaction, async () => ({ reason }));
      }
      const target = await findUser(interaction, given);
      if (target.kind === 'one') return await cautionOrAct(subcommand, interaction, target.user.id, reason);
      await interaction.reply.privately(
        whichUser(`${name}.choose`, interaction, target, { ...subcommand.choice, carried: reason }),
      );
    },
    listeners: [
      formListener(subcommand),
      buttonListener(subcommand),
      clickListener(`${name}.choose`, async (interaction, id, reason) => {
        await interaction.reply.removeOriginal();
        await cautionOrAct(subcommand, interaction, id, reason);
      }),
      clickListener(`${name}.go-ahead`, async (interaction, id, reason) => {
        await interaction.reply.removeOriginal();
        await actAndTell(subcommand, interaction, id, reason);
      }),
    ],
  };
}

type ForUser = (interaction: Interaction, user: UserId, reason: string | null) => Promise<void>;

function clickListener(id: string, work: ForUser): Listener {
  return {
    kind: 'click',
    id,
    run: async (interaction, click) => {
      const { shown, id: user, carried } = clickedUser(interaction, click);
      await shown.reply.waitFor(work(shown, user, readReason(carried)));
    },
  };
}

function buttonListener(subcommand: OneUserSubcommand): Listener {
  if (!subcommand.takesReason) {
    return clickListener(`${subcommand.name}.button`, (interaction, id, reason) =>
      cautionOrAct(subcommand, interaction, id, reason),
    );
  }
  return {
    kind: 'click',
    id: `${subcommand.name}.button`,
    run: async (interaction, click) => {
      // Results are public even if the card was private; the form says where they go.
      const { shown, id } = clickedUser(interaction, click, { private: false });
      await openForm(subcommand, shown, async () => ({ user: await shown.services.fastly.getUser(id) }));
    },
  };
}

async function actAndTell(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  id: UserId,
  reason: string | null,
): Promise<void> {
  const delivered = await subcommand.act(interaction, id, reason);
  if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
}

/** Acts, or first says what the caller should know and leaves the rest to a button. */
async function cautionOrAct(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  id: UserId,
  reason: string | null,
): Promise<void> {
  const { name, form } = subcommand;
  const caution = (await subcommand.caution?.(interaction.services)) ?? null;
  if (caution === null) return await actAndTell(subcommand, interaction, id, reason);
  const user = await interaction.services.fastly.getUser(id);
  const verb = form.submit(interaction.services);
  await interaction.reply.privately(allTheSame(`${name}.go-ahead`, interaction, user, caution, verb, reason));
}

/** @param given what the form is filled in with; where that, or a caution, has to be asked for, the form waits */
async function openForm(
  subcommand: OneUserSubcommand,
  interaction: Interaction,
  given: () => Promise<Given>,
): Promise<void> {
  if (!subcommand.caution && !subcommand.note) {
    await openModal(interaction, userForm(subcommand, interaction, await given()));
    return;
  }
  await openWhenReady(interaction, subcommand.form.title, async () => {
    const note = (await subcommand.note?.(interaction)) ?? null;
    const onTop = (await subcommand.caution?.(interaction.services)) ?? null;
    return userForm(subcommand, interaction, { ...(await given()), onTop, note });
  });
}

function userForm(subcommand: OneUserSubcommand, interaction: Interaction, given: Given): ModalView {
  const { name, form, takesReason } = subcommand;
  const { user, reason, onTop, note } = given;
  const blocks: KnownBlock[] = [
    ...(onTop ? [richText(say`⚠️ ${onTop}`)] : []),
    userPicker(user ?? null),
    ...(takesReason ? [reasonInput('Reason', reason ?? null)] : []),
    ...(note ? [richText(note)] : []),
  ];
  return formView({
    callbackId: `${name}.form`,
    title: form.title,
    submit: form.submit(interaction.services),
    origin: interaction.origin,
    blocks,
  });
}

function formListener(subcommand: OneUserSubcommand): Listener {
  return {
    kind: 'submission',
    id: `${subcommand.name}.form`,
    form: {
      title: subcommand.form.title,
      mainBlockId: USER_PICKER,
      work: async (interaction, { values }) => {
        const reason = subcommand.takesReason ? givenReason(values) : null;
        return await subcommand.act(interaction, pickedUser(values), reason);
      },
      again: async (interaction, { values }, problem) => {
        const [user] = await interaction.services.directory.search(pickedUser(values), 1).catch(() => []);
        const note = await subcommand.note?.(interaction).catch(() => null);
        return userForm(subcommand, interaction, {
          user: user ?? null,
          reason: values.reason ?? null,
          onTop: problem,
          note: note ?? null,
        });
      },
    },
  };
}
