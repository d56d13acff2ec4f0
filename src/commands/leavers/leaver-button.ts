import { UserId } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { member, type Sentence, say } from '../../messages/kit/sentence.ts';
import { endText } from '../../messages/leavers/leaver-message.ts';
import { userText } from '../../messages/user-text.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { type LeaverAction, LeaverValue, leaverActionId } from '../../slack/leaver-buttons.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Leaver } from '../../store/leavers/leavers.ts';
import { carryingButton } from '../carrying-button.ts';
import { type Meant, meantBy } from '../inputs/meant.ts';

/**
 * Listens for a button beside somebody who left.
 *
 * @param open opens a form. `whom` asks Slack whether they are still gone, and throws a `Refusal` where they aren't
 */
export function leaverButtonListener(
  action: LeaverAction,
  open: (interaction: Interaction, whom: () => Promise<Meant>, leaver: string) => Promise<void>,
): Listener {
  return carryingButton(leaverActionId(action), LeaverValue, async (shown, { leaver }) => {
    await open(shown, async () => userOf(await stillGone(shown, leaver)), leaver);
  });
}

/** Somebody who left, as of now. @throws {Refusal} where there is nothing left to decide about them */
export async function stillGone({ services }: Interaction, id: string): Promise<Leaver> {
  const leaver = await services.leavers.asOfNow(id);
  if (leaver === null) throw noLongerWorks('button', 'list');
  const decided = decidedText(leaver);
  if (decided !== null) throw new Refusal(say`${decided} Nothing was done.`);
  return leaver;
}

/** The user, with the login that the message shows. */
function userOf({ userId, login }: Leaver): Meant {
  return meantBy({ id: UserId.parse(userId), login });
}

/** Null for somebody who still needs a decision. */
function decidedText({ name, login, state, kept }: Leaver): Sentence | null {
  const user = userText({ name, login });
  switch (state) {
    case 'untold':
    case 'told':
      return null;
    case 'kept':
      return kept ? say`${member(kept.by)} keeps ${user}.` : say`${user} is kept.`;
    default:
      return endText(user, state);
  }
}
