import type { Button } from '@slack/types';
import { nameOf, type User, UserId } from '../fastly/user.ts';
import { button, type Confirm, confirmDialog } from '../slack/button.ts';
import type { Delivery } from '../slack/delivery.ts';
import { Refusal } from '../slack/failure.ts';
import { originOfClick } from '../slack/listeners.ts';
import { context, type Message, message } from '../slack/message.ts';
import type { Origin } from '../slack/origin.ts';
import { newRequest, type Request, type Services } from '../slack/request.ts';
import { code, type Sentence, say } from '../slack/sentence.ts';
import { userOptions } from '../slack/user-picker.ts';

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

const CARRIED = 'carried: ';

/** A block's id holds 255 characters (docs.slack.dev, blocks); this much is left for what else was asked for. */
export const CARRIED_LENGTH = 255 - CARRIED.length;

/** What else was asked for travels in the id of its block, as an option's value has no room for it. */
function carrying(text: string | null): { block_id?: string } {
  return text === null ? {} : { block_id: `${CARRIED}${text}` };
}

function carriedBy(blockId: string): string | null {
  return blockId.startsWith(CARRIED) ? blockId.slice(CARRIED.length) : null;
}

/** A button that does something with one user. It asks first when `confirm` is given. */
export function userButton(
  actionId: string,
  user: User,
  alone: boolean,
  text: string,
  confirm?: Confirm,
): Button {
  const value = write({ user: user.id, private: alone });
  return button({ actionId, text, value, ...(confirm && { confirm }) });
}

/**
 * The private question that follows words which fit several users.
 *
 * @param carried what else was asked for, which comes back with the choice as input
 * @param confirm what is asked once more when a choice is not for looking only
 */
export function whichUser(
  actionId: string,
  { origin }: Request,
  target: { typed: string; users: readonly User[]; more: boolean },
  { verb, carried = null, confirm }: { verb: string; carried?: string | null; confirm?: Confirm },
): Message {
  const { typed, users, more } = target;
  const asked = message(
    say`${users.length}${more ? '+' : ''} users fit ${code(typed)}. Which one do you want to ${verb}?`,
  );
  const options = userOptions(users, ({ id }) => write({ user: id, private: origin.private }));
  asked.blocks.push({
    type: 'actions',
    ...carrying(carried),
    elements: [
      {
        type: 'static_select',
        action_id: actionId,
        placeholder: { type: 'plain_text', text: 'Choose a user' },
        options,
        ...(confirm && { confirm: confirmDialog(confirm) }),
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
  carried: string | null = null,
): Message {
  const asked = message(caution, say`This is about ${nameOf(user)} (${code(user.login)}).`);
  asked.blocks.push({
    type: 'actions',
    ...carrying(carried),
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
  delivery: Delivery<'click'>,
  services: Services,
  override: Partial<Pick<Origin, 'private'>> = {},
): { request: Request; id: UserId; carried: string | null } {
  const { incoming } = delivery;
  const about = read(incoming.value);
  if (about === null) {
    throw new Refusal(say`This button names no user any more. Start again with ${code('/fastly-user get')}.`);
  }
  const origin = { ...originOfClick(incoming), private: about.private, ...override };
  const request = newRequest(services, delivery, { origin, responseUrl: incoming.responseUrl });
  return { request, id: about.user, carried: carriedBy(incoming.blockId) };
}
