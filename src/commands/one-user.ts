import type { KnownBlock, ModalView } from '@slack/types';
import type { User, UserId } from '../fastly/user.ts';
import { explainWithReference, logFailure } from '../slack/failure.ts';
import { findUser } from '../slack/find-user.ts';
import type { Listener } from '../slack/listeners.ts';
import { formView, noticeView, openModal, updateModal } from '../slack/modal.ts';
import type { Delivered } from '../slack/reply.ts';
import type { Request, Services } from '../slack/request.ts';
import { richText, type Sentence, say } from '../slack/sentence.ts';
import { pickedUser, USER_PICKER, userPicker } from '../slack/user-picker.ts';
import type { Subcommand } from './subcommand.ts';
import { allTheSame, requestAboutUser, whichUser } from './user-button.ts';

/** A subcommand about one user, who is given in words, chosen from a form, or stands behind a button. */
export type OneUserSubcommand = {
  name: string;
  summary: string;
  examples: readonly string[];
  form: { title: string; submit: string };
  /**
   * What the caller should know before it is done; shown on top of the form, or asked about after words.
   * @throws {Refusal} when it cannot be done in this account at all
   */
  caution?(services: Services): Promise<Sentence | null>;
  act(request: Request, id: UserId): Promise<Delivered>;
};

/**
 * Makes a subcommand of it: words that fit one user act, words that fit several ask which, and without words the
 * form opens. Its ids: `NAME.form`, `NAME.button` on cards, `NAME.choose` and `NAME.go-ahead` on the questions.
 */
export function oneUserSubcommand(subcommand: OneUserSubcommand): Subcommand {
  const { name, summary, examples } = subcommand;
  return {
    name,
    summary,
    usage: '[user] [--private]',
    examples,
    flags: {},
    async run(request, { words, triggerId }) {
      const given = words.filter((word) => word.kind === 'mention' || word.text.trim() !== '');
      if (given.length === 0) return await openForm(subcommand, request, triggerId);
      const target = await findUser(request, given);
      if (target.kind === 'one') return await actOrAsk(subcommand, request, target.user.id);
      await request.reply.privately(whichUser(`${name}.choose`, request, target));
    },
    listeners: [
      formListener(subcommand),
      clickListener(`${name}.button`, (request, id) => actOrAsk(subcommand, request, id)),
      clickListener(`${name}.choose`, async (request, id) => {
        await request.reply.removeOriginal();
        await actOrAsk(subcommand, request, id);
      }),
      clickListener(`${name}.go-ahead`, async (request, id) => {
        await request.reply.removeOriginal();
        await subcommand.act(request, id);
      }),
    ],
  };
}

function clickListener(id: string, act: (request: Request, user: UserId) => Promise<void>): Listener {
  return {
    kind: 'click',
    id,
    run: async (delivery, services) => {
      const { request, id: user } = requestAboutUser(delivery, services);
      await act(request, user);
    },
  };
}

/** Acts, or first says what the caller should know and leaves the rest to a button. */
async function actOrAsk(subcommand: OneUserSubcommand, request: Request, id: UserId): Promise<void> {
  const { name, form } = subcommand;
  const caution = (await subcommand.caution?.(request.services)) ?? null;
  if (caution === null) {
    await subcommand.act(request, id);
    return;
  }
  const user = await request.services.fastly.getUser(id);
  await request.reply.privately(allTheSame(`${name}.go-ahead`, request, user, caution, form.submit));
}

async function openForm(subcommand: OneUserSubcommand, request: Request, triggerId: string): Promise<void> {
  const { caution, form } = subcommand;
  if (!caution) {
    await openModal(request, triggerId, userForm(subcommand, request));
    return;
  }
  const viewId = await openModal(request, triggerId, noticeView(form.title, say`One moment…`));
  await updateModal(request, viewId, await formOrRefusal(subcommand, request, caution));
}

async function formOrRefusal(
  subcommand: OneUserSubcommand,
  request: Request,
  caution: NonNullable<OneUserSubcommand['caution']>,
): Promise<ModalView> {
  try {
    return userForm(subcommand, request, await caution(request.services));
  } catch (error) {
    logFailure(request, error);
    return noticeView(subcommand.form.title, explainWithReference(error, request.reference));
  }
}

function userForm(
  { name, form }: OneUserSubcommand,
  { origin }: Request,
  onTop: Sentence | null = null,
  picked: User | null = null,
): ModalView {
  const note: KnownBlock[] = onTop ? [richText(say`⚠️ ${onTop}`)] : [];
  return formView({ callbackId: `${name}.form`, ...form, origin, blocks: [...note, userPicker(picked)] });
}

function formListener(subcommand: OneUserSubcommand): Listener {
  return {
    kind: 'submission',
    id: `${subcommand.name}.form`,
    form: {
      title: subcommand.form.title,
      mainBlockId: USER_PICKER,
      work: async (request, values) => await subcommand.act(request, pickedUser(values)),
      again: async (request, values, problem) => {
        const [user] = await request.services.directory.search(pickedUser(values), 1).catch(() => []);
        return userForm(subcommand, request, problem, user ?? null);
      },
    },
  };
}
