import type { InputBlock, PlainTextOption } from '@slack/types';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import { fittingOptions, MOST_OPTIONS, option, searchSelect, select } from '../../messages/kit/inputs.ts';
import { plainText, say } from '../../messages/kit/sentence.ts';
import { settingValue } from '../../messages/setting-words.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import { withinAnswerTime } from '../../slack/replies/answer-time.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Block and action id of the picker. */
export const USER_PICKER = 'user-picker';
const UNAVAILABLE = '-';

/** A select that searches the directory as one types. */
export function userPicker(picked: User | null = null): InputBlock {
  return searchSelect({
    id: USER_PICKER,
    label: 'User',
    hint: 'Type part of a name, a login or an id.',
    placeholder: 'Find a user',
    chosen: picked && userOption(picked, picked.id),
    focused: true,
  });
}

/** The same where it is known who can be meant, at most 100. */
export function userChoice(users: readonly User[]): InputBlock {
  return select({
    id: USER_PICKER,
    label: 'User',
    placeholder: 'Choose a user',
    options: userOptions(users, ({ id }) => id),
  });
}

/** @throws {FieldError} when what the picker holds is no user */
export function pickedUser(values: FormValues): UserId {
  const id = UserId.safeParse(values[USER_PICKER]);
  if (id.success) return id.data;
  throw new FieldError(USER_PICKER, say`Choose a user from the list.`);
}

export function userOptions(users: readonly User[], value: (user: User) => string): PlainTextOption[] {
  return users.map((user) => userOption(user, value(user)));
}

function userOption(user: User, value: string): PlainTextOption {
  const role = user.role == null ? [] : [plainText(settingValue('role', user.role))];
  const about = [user.login, ...role, ...(user.locked ? ['locked'] : [])];
  return option(nameOf(user), value, about.join(' · '));
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
      : fittingOptions(userOptions(users, ({ id }) => id));
  },
};

function notAUser(text: string): PlainTextOption {
  return option(text, UNAVAILABLE);
}
