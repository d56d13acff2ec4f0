import type { KnownBlock } from '@slack/types';
import { richText } from '../../messages/kit/sentence.ts';
import { type Match, whichOne } from './find-user.ts';
import { userChoice, userPicker } from './user-picker.ts';

/** Asks a form for the user: among those whom the words fit, or among all. */
export function whichUser(several?: Extract<Match, { kind: 'several' }>): KnownBlock[] {
  return several ? [richText(whichOne(several)), userChoice(several.users)] : [userPicker()];
}
