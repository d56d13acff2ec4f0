import type { Button } from '@slack/types';
import { nameOf, type User, UserId } from '../fastly/user.ts';
import type { Delivery } from '../slack/delivery.ts';
import { Refusal } from '../slack/failure.ts';
import { originOfClick } from '../slack/listeners.ts';
import { context, type Message, message } from '../slack/message.ts';
import { cut } from '../slack/plain.ts';
import { newRequest, type Request, type Services } from '../slack/request.ts';
import { code, plainText, type Sentence, say } from '../slack/sentence.ts';
import { userOptions } from '../slack/user-picker.ts';

/** Confirm dialogs hold 300 characters of text (docs.slack.dev, confirmation dialog object). */
const CONFIRM_LENGTH = 300;

/** Whom a click is about, and whether its result is for the clicker alone. */
type About = { user: UserId; private: boolean };

/** What a button or an option carries: short, as options hold 75 characters. It comes back as input. */
function write(about: About): string {
  return `${about.private ? 'private' : 'shared'} ${about.user}`;
}

function read(value: string | null): About | null {
  const [visibility, id] = value?.split(' ') ?? [];
  const user = UserId.safeParse(id);
  const known = visibility === 'private' || visibility === 'shared';
  return known && user.success ? { user: user.data, private: visibility === 'private' } : null;
}

/** A button that does something with one user. It asks first when `confirm` is given. */
export function userButton(
  actionId: string,
  user: User,
  alone: boolean,
  text: string,
  confirm?: { title: string; text: Sentence; confirm: string },
): Button {
  const label = (words: string) => ({ type: 'plain_text', text: words, emoji: false }) as const;
  return {
    type: 'button',
    action_id: actionId,
    text: label(text),
    value: write({ user: user.id, private: alone }),
    ...(confirm && {
      confirm: {
        title: label(confirm.title),
        text: label(cut(plainText(confirm.text), CONFIRM_LENGTH)),
        confirm: label(confirm.confirm),
        deny: label('Cancel'),
      },
    }),
  };
}

/** The private question that follows words which fit several users. */
export function whichUser(
  actionId: string,
  { origin }: Request,
  target: { typed: string; users: readonly User[]; more: boolean },
): Message {
  const { typed, users, more } = target;
  const asked = message(say`${users.length}${more ? '+' : ''} users fit ${code(typed)}. Which one?`);
  const options = userOptions(users, ({ id }) => write({ user: id, private: origin.private }));
  asked.blocks.push({
    type: 'actions',
    elements: [
      {
        type: 'static_select',
        action_id: actionId,
        placeholder: { type: 'plain_text', text: 'Choose a user' },
        options,
      },
    ],
  });
  if (more) {
    asked.blocks.push(
      context(say`These are the best ${users.length}. Type more of the name to narrow it down.`),
    );
  }
  return asked;
}

/** The private question that follows a caution: do it all the same? */
export function allTheSame(
  actionId: string,
  { origin }: Request,
  user: User,
  caution: Sentence,
  verb: string,
): Message {
  const asked = message(caution, say`This is about ${nameOf(user)} (${code(user.login)}).`);
  asked.blocks.push({
    type: 'actions',
    elements: [userButton(actionId, user, origin.private, `${verb} all the same`)],
  });
  return asked;
}

/**
 * The request behind a click on such a button or option.
 *
 * @throws {Refusal} when it names no user
 */
export function requestAboutUser(
  { incoming, caller, reference }: Delivery<'click'>,
  services: Services,
): { request: Request; id: UserId } {
  const about = read(incoming.value);
  if (about === null) {
    throw new Refusal(say`This button names no user any more. Start again with ${code('/fastly-user get')}.`);
  }
  const origin = { ...originOfClick(incoming), private: about.private };
  const request = newRequest(services, { reference, caller, origin, responseUrl: incoming.responseUrl });
  return { request, id: about.user };
}
