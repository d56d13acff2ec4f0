import type { InputBlock, PlainTextOption } from '@slack/types';
import { nameOf, type User } from '../../fastly/user.ts';
import { fittingOptions, MOST_OPTIONS, option, searchSelect, select } from '../../messages/kit/inputs.ts';
import { plainText, say } from '../../messages/kit/sentence.ts';
import { settingValue } from '../../messages/settings-text.ts';
import { within } from '../../observability/within.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { type Meant, meantValue, readMeant } from './meant.ts';

/** Block and action id of the picker. */
export const USER_PICKER = 'user-picker';
const UNAVAILABLE = '-';

/** A select that searches the directory while the caller types. */
export function userPicker(picked: User | null = null, { optional = false } = {}): InputBlock {
  return searchSelect({
    id: USER_PICKER,
    label: 'User',
    hint: 'Search by name, email or ID.',
    placeholder: 'Find a user',
    chosen: picked && userOption(picked),
    focused: true,
    optional,
  });
}

export function userChoice(users: readonly User[]): InputBlock {
  return select({
    id: USER_PICKER,
    label: 'User',
    placeholder: 'Choose a user',
    options: users.map(userOption),
  });
}

/** @throws {FieldError} when no user was picked */
export function pickedUser(values: FormValues): Meant {
  const picked = readMeant(values[USER_PICKER]);
  if (picked) return picked;
  throw new FieldError(USER_PICKER, say`Choose a user from the list.`);
}

/** The user that was picked, to fill the picker in again. `null` where the list does not have them. */
export async function pickedAgain({ directory }: Services, values: FormValues): Promise<User | null> {
  return await directory.withId(pickedUser(values).id).catch(() => null);
}

function userOption(user: User): PlainTextOption {
  const role = user.role == null ? [] : [plainText(settingValue('role', user.role))];
  const about = [user.login, ...role, ...(user.locked ? ['locked'] : [])];
  return option(nameOf(user), meantValue(user), about.join(' · '));
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
    const users = await within(found, times.answerWithin);
    if (users === null) return [notAUser('Fastly is slow. Type again in a moment.')];
    return users === 'unavailable'
      ? [notAUser("Users can't be loaded now. Try again in a minute.")]
      : fittingOptions(users.map(userOption));
  },
};

function notAUser(text: string): PlainTextOption {
  return option(text, UNAVAILABLE);
}
