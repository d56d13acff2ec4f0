import type { InputBlock, PlainTextOption } from '@slack/types';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import { cut, plain } from '../../messages/kit/plain.ts';
import { plainText, say } from '../../messages/kit/sentence.ts';
import { settingValue } from '../../messages/setting-words.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { withinAnswerTime } from '../../slack/replies/answer-time.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Option text and description hold 75 characters, a list 100 options (docs.slack.dev, option object, select). */
const OPTION_LENGTH = 75;
const MOST_OPTIONS = 100;
/** Block and action id of the picker. */
export const USER_PICKER = 'user-picker';
const UNAVAILABLE = '-';

/** A select that searches the directory as one types. */
export function userPicker(picked: User | null = null): InputBlock {
  return {
    type: 'input',
    block_id: USER_PICKER,
    label: { type: 'plain_text', text: 'User' },
    hint: { type: 'plain_text', text: 'Type part of a name, a login or an id.' },
    element: {
      type: 'external_select',
      action_id: USER_PICKER,
      min_query_length: 0,
      placeholder: { type: 'plain_text', text: 'Find a user' },
      focus_on_load: true,
      ...(picked && { initial_option: userOption(picked, picked.id) }),
    },
  };
}

/** The same where it is known who can be meant, at most 100. */
export function userChoice(users: readonly User[]): InputBlock {
  return {
    type: 'input',
    block_id: USER_PICKER,
    label: { type: 'plain_text', text: 'User' },
    element: {
      type: 'static_select',
      action_id: USER_PICKER,
      placeholder: { type: 'plain_text', text: 'Choose a user' },
      options: userOptions(users, ({ id }) => id),
    },
  };
}

/** @throws {FieldError} when what the picker holds is no user */
export function pickedUser(values: FormValues): UserId {
  const id = UserId.safeParse(values[USER_PICKER]);
  if (id.success) return id.data;
  throw new FieldError(USER_PICKER, say`Choose a user from the list.`);
}

/** Users to choose from. One whose value is longer than Slack takes is left out: it would cost all the others. */
export function userOptions(users: readonly User[], value: (user: User) => string): PlainTextOption[] {
  return users
    .map((user) => userOption(user, value(user)))
    .filter((option) => option.value !== undefined && option.value.length <= OPTION_LENGTH);
}

function userOption(user: User, value: string): PlainTextOption {
  const role = user.role == null ? [] : [plainText(settingValue('role', user.role))];
  const about = [user.login, ...role, ...(user.locked ? ['locked'] : [])];
  return { text: optionText(nameOf(user)), description: optionText(about.join(' · ')), value };
}

function optionText(text: string): { type: 'plain_text'; text: string; emoji: false } {
  return { type: 'plain_text', text: cut(plain(text), OPTION_LENGTH), emoji: false };
}

/** Feeds every user picker. Where Fastly is away or slow the list says so, in place of looking empty. */
export const userPickerListener: Listener = {
  kind: 'type-ahead',
  id: USER_PICKER,
  async options(
    { services: { directory, times }, log }: Interaction,
    text: string,
  ): Promise<PlainTextOption[]> {
    const found = directory.search(text, MOST_OPTIONS).catch((error: Error) => {
      log.warn({ err: error }, 'the directory could not be read for a picker');
      return 'unavailable' as const;
    });
    const users = await withinAnswerTime(found, times);
    if (users === null) return [notAUser('Fastly is slow to answer; type on in a moment')];
    return users === 'unavailable'
      ? [notAUser('The users cannot be listed at the moment')]
      : userOptions(users, ({ id }) => id);
  },
};

function notAUser(text: string): PlainTextOption {
  return { text: optionText(text), value: UNAVAILABLE };
}
