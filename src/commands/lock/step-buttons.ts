import type { Lock } from '../../changes/change.ts';
import { LockStep } from '../../changes/lock-step.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { UserId } from '../../fastly/user.ts';
import { Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { withButtons } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { lockMessage } from '../../messages/lock-text.ts';
import { userText } from '../../messages/user-text.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { lockButtons, StepValue, stepActionId } from '../../slack/lock-buttons.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { carryingButton } from '../carrying-button.ts';
import { meantBy, userMeant } from '../inputs/meant.ts';
import { sinceLock, takeStep } from './steps.ts';

/** The buttons that ask for a step of a lock again. */
export const stepButtonListeners: readonly Listener[] = LockStep.options.map((step) =>
  carryingButton(stepActionId(step), StepValue, async (shown, { lock }) => {
    await shown.reply.waitFor(again(shown, lock, step));
  }),
);

/** Takes a step once more, and shows on the lock's message what came of it. */
async function again(interaction: Interaction, key: string, step: LockStep): Promise<void> {
  const { intents } = interaction.services;
  const lock = await intents.lockMade(key);
  if (!lock?.steps.some((each) => each.step === step)) throw noLongerWorks('button', 'lock');
  await refuseWhereChanged(interaction, lock);
  // Should the process die meanwhile, the caller is told how far the lock is.
  await intents.untold(key, 0);
  try {
    const { why } = await takeStep(interaction, lock, step);
    await showAgain(interaction, key, why === null ? new Map() : new Map([[step, why]]));
  } catch (error) {
    if (!(error instanceof RepeatedDelivery)) throw error;
    const now = await intents.lockMade(key);
    // Whoever takes it shows on the message what comes of it.
    if (now?.steps.some(({ state }) => state === 'open')) throw new Refusal(error.sentence);
    await showAgain(interaction, key, new Map());
  }
  await intents.told({ deliveryKey: key });
}

/** @throws {Refusal} where the user isn't as the lock left them */
async function refuseWhereChanged(interaction: Interaction, { change: { target } }: Lock): Promise<void> {
  const id = UserId.parse(target.id);
  const user = await userMeant(interaction, meantBy({ id, login: target.login }));
  const who = userText(target);
  const again = code(`/fastly-user lock ${target.login}`);
  if (user.deleted_at) throw new Refusal(say`${who} was deleted. Nothing was done.`);
  if (!user.locked)
    throw new Refusal(
      say`${who} isn't locked any more. Nothing was done. Run ${again} to lock the user again.`,
    );
  if (mayBeSuperuser(user)) {
    throw new Refusal(say`${who} is or may be a Fastly superuser now. Nothing was done.`);
  }
}

async function showAgain(
  interaction: Interaction,
  key: string,
  why: ReadonlyMap<LockStep, Sentence>,
): Promise<void> {
  const { reply, origin, services } = interaction;
  const lock = await services.intents.lockMade(key);
  if (lock === null) return;
  const told = lockMessage(lock, { why, since: await sinceLock(interaction, lock) });
  await reply.replaceOriginal(withButtons(told, lockButtons(lock, origin, services.disabled)));
}
