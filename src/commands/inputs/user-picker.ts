import type { InputBlock, PlainTextOption } from '@slack/types';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import { fittingOptions, MOST_OPTIONS, option, searchSelect, select } from '../../messages/kit/inputs.ts';
import { plainText, say } from '../../messages/kit/sentence.ts';
import { settingValue } from '../../messages/settings-text.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { withinAnswerTime } from '../../slack/replies/reply.ts';
import { FieldError } from '../../slack/replies/submission.ts';

/** Block and action id of the picker. */
export const USER_PICKER = 'user-picker';
const UNAVAILABLE = '-';

/** A select that searches the directory while the caller types. */
export function userPicker(picked: User | null = null): InputBlock {
  return searchSelect({
    id: USER_PICKER,
    label: 'User',
    hint: 'Search by name, email or ID.',
    placeholder: 'Find a user',
    chosen: picked && userOption(picked, picked.id),
    focused: true,
  });
}

/** A select of these users, at most 100. */
export function userChoice(users: readonly User[]): InputBlock {
  return select({
    id: USER_PICKER,
    label: 'User',
    placeholder: 'Choose a user',
    options: userOptions(users, ({ id }) => id),
  });
}

/** @throws {FieldError} when no user was picked */
export function pickedUser(values: FormValues): UserId {
  const id = UserId.safeParse(values[USER_PICKER]);
  if (id.success) return id.data;
  throw new FieldError(USER_PICKER, say`Choose a user from the list.`);
}

/** @param value what the option of a user carries */
export function userOptions(users: readonly User[], value: (user: User) => string): PlainTextOption[] {
  return users.map((user) => userOption(user, value(user)));
}

function userOption(user: User, value: string): PlainTextOption {
  const role = user.role == null ? [] : [plainText(settingValue('role', user.role))];
  const about = [user.login, ...role, ...(user.locked ? ['locked'] : [])];
  return option(nameOf(user), value, about.join(' · '));
}

/** Finds the options of every user picker. When Fastly is slow or unavailable, an option says so. */
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
    if (users === null) return [notAUser('Fastly is slow. Type again in a moment.')];
    return users === 'unavailable'
      ? [notAUser("Users can't be loaded now. Try again in a minute.")]
      : fittingOptions(userOptions(users, ({ id }) => id));
  },
};

function notAUser(text: string): PlainTextOption {
  return option(text, UNAVAILABLE);
}
