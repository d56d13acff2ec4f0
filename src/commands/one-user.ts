import type { Button, KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { nameOf, type User, UserId } from '../fastly/user.ts';
import type { Delivery } from '../slack/delivery.ts';
import { explainWithReference, logFailure, Refusal } from '../slack/failure.ts';
import { findUser, type Target } from '../slack/find-user.ts';
import type { Listener } from '../slack/listeners.ts';
import { context, type Message, message } from '../slack/message.ts';
import { formView, noticeView, openModal, updateModal } from '../slack/modal.ts';
import { cut } from '../slack/plain.ts';
import type { Delivered } from '../slack/reply.ts';
import { newRequest, type Request, type Services } from '../slack/request.ts';
import { code, plainText, richText, type Sentence, say } from '../slack/sentence.ts';
import { pickedUser, userOption, userPicker } from '../slack/user-picker.ts';
import type { Subcommand } from './subcommand.ts';

/** A subcommand about one user, who is given in words, chosen from a form, or stands behind a button. */
export type OneUserSubcommand = {
  name: string;
  summary: string;
  examples: readonly string[];
  form: { title: string; submit: string };
  /**
   * What the caller should know before; asked for once, and shown before anything is done.
   * @throws {Refusal} when it cannot be done in this account at all
   */
  caution?(services: Services): Promise<Sentence | null>;
  act(request: Request, id: UserId): Promise<Delivered>;
};

/** What a button about a user carries. It comes back as input. */
const ButtonValue = z.object({ user: UserId, private: z.boolean() });

export function oneUserSubcommand(subcommand: OneUserSubcommand): Subcommand {
  const { name, summary, examples } = subcommand;
  const usage = '[user] [--private]';
  return {
    name,
    summary,
    usage,
    examples,
    flags: {},
    async run(request, { words, triggerId }) {
      if (words.length === 0) return await openForm(subcommand, request, triggerId);
      const target = await findUser(request, words);
      if (target.kind === 'several') await request.reply.privately(choice(subcommand, request, target));
      else await actOrCaution(subcommand, request, target.user.id);
    },
    listeners: [
      formListener(subcommand),
      clickListener(`${name}.button`, (request, id) => actOrCaution(subcommand, request, id), 'nothing'),
      clickListener(`${name}.choose`, (request, id) => actOrCaution(subcommand, request, id), 'the question'),
      clickListener(`${name}.go-ahead`, (request, id) => subcommand.act(request, id), 'the question'),
    ],
  };
}

/** A button that does what the subcommand does, for one user. It asks first when `confirm` is given. */
export function actionButton(
  subcommand: string,
  user: User,
  alone: boolean,
  text: string,
  confirm?: { title: string; text: Sentence; confirm: string },
): Button {
  return {
    type: 'button',
    action_id: `${subcommand}.button`,
    text: { type: 'plain_text', text },
    value: JSON.stringify({ user: user.id, private: alone } satisfies z.infer<typeof ButtonValue>),
    ...(confirm && {
      confirm: {
        title: { type: 'plain_text', text: confirm.title },
        text: { type: 'plain_text', text: cut(plainText(confirm.text), 300) },
        confirm: { type: 'plain_text', text: confirm.confirm },
        deny: { type: 'plain_text', text: 'Cancel' },
      },
    }),
  };
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
      mainBlockId: userPicker.blockId,
      work: async (request, values) => await subcommand.act(request, pickedUser(values)),
      again: async (request, values, problem) => {
        const [user] = await request.services.directory.search(pickedUser(values), 1).catch(() => []);
        return userForm(subcommand, request, problem, user ?? null);
      },
    },
  };
}

/** The private question that follows words which fit several users. */
function choice(
  { name }: OneUserSubcommand,
  { origin }: Request,
  target: Extract<Target, { kind: 'several' }>,
): Message {
  const { typed, users, more } = target;
  const asked = message(say`${users.length}${more ? '+' : ''} users fit ${code(typed)}. Which one?`);
  const options = users.map((user) => ({
    ...userOption(user),
    value: JSON.stringify({ user: user.id, private: origin.private } satisfies z.infer<typeof ButtonValue>),
  }));
  asked.blocks.push({
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: `${name}.choose`,
        placeholder: { type: 'plain_text', text: 'Choose a user' },
        options,
      },
    ],
  });
  if (more)
    asked.blocks.push(
      context(say`These are the best ${users.length}. Type more of the name to narrow it down.`),
    );
  return asked;
}

/** A click on what names a user: the card's button, or the answer to a private question, which then goes away. */
function clickListener(id: string, act: Act, thenRemove: 'the question' | 'nothing'): Listener {
  return {
    kind: 'click',
    id,
    run: async (delivery, services) => {
      const { request, id: user } = requestOf(delivery, services);
      await act(request, user);
      if (thenRemove === 'the question') await request.reply.removeOriginal();
    },
  };
}

type Act = (request: Request, id: UserId) => Promise<unknown>;

function requestOf(delivery: Delivery<'click'>, services: Services): { request: Request; id: UserId } {
  const { incoming, caller, reference } = delivery;
  const value = ButtonValue.safeParse(parseJson(incoming.value ?? ''));
  if (!value.success)
    throw new Refusal(say`This button names no user any more. Start again with ${code('/fastly-user get')}.`);
  const channel = incoming.place.kind === 'message' ? incoming.place.channel : null;
  const origin = { channel, private: value.data.private };
  const request = newRequest(services, { reference, caller, origin, responseUrl: incoming.responseUrl });
  return { request, id: value.data.user };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Acts, or first says what the caller should know and leaves the rest to a button. */
async function actOrCaution(subcommand: OneUserSubcommand, request: Request, id: UserId): Promise<void> {
  const caution = (await subcommand.caution?.(request.services)) ?? null;
  if (caution === null) {
    await subcommand.act(request, id);
    return;
  }
  const user = await request.services.fastly.getUser(id);
  const asked = message(caution, say`This is about ${nameOf(user)} (${code(user.login)}).`);
  const button = actionButton(
    subcommand.name,
    user,
    request.origin.private,
    `${subcommand.form.submit} all the same`,
  );
  asked.blocks.push({
    type: 'actions',
    elements: [{ ...button, action_id: `${subcommand.name}.go-ahead` }],
  });
  await request.reply.privately(asked);
}
