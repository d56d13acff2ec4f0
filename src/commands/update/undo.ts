import { verbOf } from '../../approvals/action.ts';
import { RequestId } from '../../approvals/request.ts';
import { only, unmet } from '../../changes/settings.ts';
import { settingsOf } from '../../changes/snapshot.ts';
import type { Undoable } from '../../changes/undo.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { type Message, message } from '../../messages/kit/message.ts';
import { code, member, type Sentence, say } from '../../messages/kit/sentence.ts';
import { lockMessage } from '../../messages/lock-text.ts';
import { outcomeText } from '../../messages/outcome-text.ts';
import { changeText } from '../../messages/settings-text.ts';
import { madeMessage, notUndoneText, undoAskedText, undoneText } from '../../messages/undo-text.ts';
import { userText } from '../../messages/user-text.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { UNDO, UndoValue } from '../../slack/undo-button.ts';
import { carryingButton } from '../carrying-button.ts';
import { LoginChanged, meantBy, userMeant } from '../inputs/meant.ts';
import { type Asked, askAboutRoles, type OnUser, RolesToLose } from '../inputs/question.ts';
import { alter } from './alter.ts';

/** The change is not undone, now or later, so its confirmation offers that no more. */
class NotUndone extends Refusal {}

/** Sets back what a change set, and shows on its confirmation who did. @param onUser asks where roles may be lost */
export function undoListener(onUser: OnUser): Listener {
  return carryingButton(UNDO, UndoValue, async (shown, { change: key }) => {
    await shown.reply.waitFor(undoClicked(shown, key, onUser));
  });
}

async function undoClicked(interaction: Interaction, key: string, onUser: OnUser): Promise<void> {
  const undoable = await undoableWith(interaction, key);
  const { change, back } = undoable;
  try {
    const delivered = await undo(interaction, undoable);
    await showUndone(interaction, key, [undoAskedText(interaction.caller.memberId)]);
    if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
  } catch (error) {
    if (error instanceof RolesToLose) {
      const undoes = { change: change.deliveryKey, confirmation: interaction.original };
      const asked = { subcommand: 'update', settings: back, undoes } as const;
      return await askAboutRoles(interaction, onUser, error.user, asked);
    }
    if (error instanceof NotUndone) await showUndone(interaction, key, []);
    throw error;
  }
}

/** Undoes a change once the caller has answered what may be lost, and shows on its confirmation who did. */
export async function undoAnswered(
  interaction: Interaction,
  { change, confirmation }: NonNullable<Asked['undoes']>,
  rolesShown: string | null,
): Promise<Delivered> {
  const delivered = await undo(interaction, await undoableWith(interaction, change), rolesShown);
  if (confirmation !== null) {
    const asked = undoAskedText(interaction.caller.memberId);
    await showUndone(interaction.replacing(confirmation), change, [asked]);
  }
  return delivered;
}

/**
 * Sets back what a change set, as an update by the caller: with its rules, and with an approval request where that takes
 * one.
 *
 * @param rolesShown as `alter` takes it
 * @throws {Refusal} when the change was undone, is a day old, or the user was changed since
 * @throws what `alter` throws
 */
async function undo(
  interaction: Interaction,
  undoable: Undoable,
  rolesShown: string | null = null,
): Promise<Delivered> {
  const { change, back } = undoable;
  const { deliveryKey: key } = change;
  refuseWhereOver(undoable);
  const undoes = {
    change: key,
    check: async () => refuseWhereOver({ ...(await undoableWith(interaction, key)), undo: null }),
  };
  try {
    const user = await asTheChangeLeftThem(interaction, undoable);
    const wanted = { settings: back, reason: null, lasts: null };
    return await alter(interaction, meantBy(user), wanted, { seen: settingsOf(user), rolesShown, undoes });
  } catch (error) {
    // Somebody else may have clicked at the same moment: then that is the reason to tell.
    if (error instanceof Refusal) refuseWhereOver(await undoableWith(interaction, key));
    throw error;
  }
}

/** @throws {Refusal} where the key, which is input, is of no change that can be set back */
async function undoableWith({ services }: Interaction, key: string): Promise<Undoable> {
  const undoable = await services.intents.undoable(key);
  if (undoable === null) throw noLongerWorks('button', 'update');
  return undoable;
}

function refuseWhereOver({ change: { target }, undo, over }: Undoable): void {
  const who = userText(target);
  switch (undo?.state) {
    case 'done':
      throw new NotUndone(say`${member(undo.by)} already undid this change of ${who}.`);
    case 'open':
      throw new Refusal(say`${member(undo.by)} is undoing this change of ${who} already.`);
    case 'unknown':
      throw new NotUndone(
        say`${member(undo.by)} undid this change of ${who}, and it's unclear whether that worked. Check with ${code(`/fastly-user get ${target.login}`)}.`,
      );
  }
  if (over === 'too-late') {
    throw notUndone(target.login, say`This change of ${who} was made more than 24 hours ago.`);
  }
  if (over === 'changed-again') throw notUndone(target.login, say`${who} was changed again since.`);
}

/** The user, who still has all that the change set. @throws {NotUndone} */
async function asTheChangeLeftThem(
  interaction: Interaction,
  { change: { target, settings = {} } }: Undoable,
): Promise<User> {
  const user = await userMeant(
    interaction,
    meantBy({ id: UserId.parse(target.id), login: target.login }),
  ).catch((error: unknown) => {
    if (!(error instanceof LoginChanged)) throw error;
    const { login } = error.user;
    throw notUndone(login, say`${userText(target)} has another login now: ${code(login)}.`);
  });
  const now = settingsOf(user);
  const others = unmet(settings, now);
  if (others.length === 0) return user;
  const different = Object.fromEntries(others.map((setting) => [setting, now[setting]]));
  const what = changeText({ ...now, ...only(settings, others) }, different);
  throw notUndone(target.login, say`${userText(target)} has changed in the meantime: ${what}.`);
}

function notUndone(login: string, why: Sentence): NotUndone {
  return new NotUndone(notUndoneText(why, login));
}

/**
 * Replaces the confirmation whose button was clicked by itself without the button, and with who undid the change.
 *
 * @param otherwise what it says where nobody has undone it
 */
async function showUndone(
  interaction: Interaction,
  key: string,
  otherwise: readonly Sentence[],
): Promise<void> {
  try {
    const undoable = await interaction.services.intents.undoable(key);
    if (undoable === null || undoable.undo?.state === 'open') return;
    const { undo } = undoable;
    const since = undo?.state === 'done' ? [undoneText(undo.by, undo.at)] : otherwise;
    await interaction.reply.replaceOriginal(await confirmationOf(interaction, undoable, since));
  } catch (error) {
    // What was done is done, so a store that is away now is no failure.
    interaction.log.warn({ err: error }, 'a confirmation could not be brought up to date');
  }
}

/** The confirmation as it was, without its button: of a demotion, the reply in its request's thread. */
async function confirmationOf(
  { services: { approvals, intents } }: Interaction,
  { change, madeAt }: Undoable,
  since: readonly Sentence[],
): Promise<Message> {
  // The thread of a request tells only that it was used.
  const isTold = change.kind === 'lock' && (change.request === undefined || change.steps !== undefined);
  const lock = isTold ? await intents.lockMade(change.deliveryKey) : null;
  if (lock !== null) return lockMessage(lock, { since });
  const id = RequestId.safeParse(change.deliveryKey).data;
  const request = id ? await approvals.get(id) : null;
  if (request?.state.kind !== 'completed') return madeMessage(change, madeAt, ...since);
  const subject = { verb: verbOf(request.action), target: request.action.target, by: null };
  return message(outcomeText(request.state, subject), ...since);
}
