import type { Change, ChangeKind, Settlement } from '../changes/change.ts';
import { SessionsLeft } from '../changes/ending-sessions.ts';
import type { Begun } from '../changes/intents.ts';
import { type Effect, effectOf, type Operation, settlementOf } from '../changes/operations.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { checkText } from '../messages/change-text.ts';
import { Refusal, RepeatedDelivery } from '../messages/failure-text.ts';
import { type Sentence, say } from '../messages/kit/sentence.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Transaction } from '../store/store.ts';
import { alreadyOpen, refuseWhereTokenCannot } from './approvals/filing.ts';

/** A change that a bot admin makes at once. */
type OwnChange<Answer extends Seen, Seen> = Omit<Change, 'deliveryKey' | 'caller' | 'reference'> & {
  /** Instead of the interaction's own: an Undo's key follows from the change. */
  deliveryKey?: string;
  /** What must still hold once the change is recorded. Where it throws, nothing is called. */
  check?(): Promise<void>;
  operation: Operation<Answer, Seen>;
  /** Other changes follow: until `Intents.told`, a crash has the worker tell the caller how far they are. */
  isFollowed?: boolean;
  /** What is written in the same transaction as the success. */
  also?(transaction: Transaction): Promise<void>;
};

/** The call's answer was lost, and a look shows that something else happened first: the call can't take effect. */
export class Overtaken extends Error {}

/**
 * Makes a change: records the intent, makes the call, records the result. Without a recorded intent nothing is called.
 * A result that can't be recorded does not undo the change: the worker finds the open intent later.
 *
 * @returns what the call answered, or what a look found when the answer was lost
 * @throws {RepeatedDelivery} when the same delivery came before
 * @throws {Refusal} when the bot's token can't change users
 * @throws {Refusal} when an open request about the same user is in the way
 * @throws {StoreUnavailable} before anything was done
 * @throws {FastlyError} when the call failed
 * @throws {Overtaken}
 */
export async function makeChange<Answer extends Seen, Seen>(
  interaction: Interaction,
  { check, operation, isFollowed = false, also, ...what }: OwnChange<Answer, Seen>,
): Promise<Answer> {
  const { deliveryKey, caller, reference, services, reply, users } = interaction;
  // A password is changed with its owner's credentials, not with the token.
  if (what.kind !== 'password') await refuseWhereTokenCannot(services);
  const change: Change = { deliveryKey, ...what, caller: caller.memberId, reference };
  const begun = await services.intents.begin(change);
  users.forget();
  if (begun.kind === 'repeat') throw new RepeatedDelivery(repeatText(begun.state, what.kind));
  if (begun.kind === 'in-the-way') {
    throw new Refusal(say`${await alreadyOpen(services, begun.request)} Nothing was changed.`);
  }
  if (begun.kind === 'ending') {
    throw new Refusal(
      say`The user's role is ending at this moment. Nothing was changed. Try again in a minute.`,
    );
  }
  reply.resultFollows();
  const settle = async (settlement: Settlement) => {
    // The call may have changed users whatever its answer was, so the cached list is out of date.
    if (!LEAVES_USERS_ALONE.includes(what.kind)) services.directory.usersChanged();
    try {
      const together = settlement.kind === 'done' ? { tell: isFollowed, ...(also && { also }) } : {};
      await services.intents.settle(change, settlement, together);
    } catch (error) {
      interaction.log.error(
        { err: error, settlement: settlement.kind },
        'what came of a change could not be recorded',
      );
    }
  };
  try {
    await check?.();
  } catch (error) {
    await settle({ kind: 'failed', why: forTheLog(error) });
    throw error;
  }
  try {
    const answer = await operation.call();
    await settle({ kind: 'done', ...roleAfter(operation.effect(answer), 'left') });
    return answer;
  } catch (error) {
    const { settlement, effect } = await aftermath(error, what.kind, operation);
    await settle({ kind: settlement, why: forTheLog(error), ...(effect && roleAfter(effect)) });
    if (effect?.kind === 'done') return effect.value;
    throw effect?.kind === 'overtaken' ? new Overtaken('overtaken', { cause: error }) : error;
  }
}

/** Whether the role was set that was to be. @param nothing what it means where nothing of the change shows */
function roleAfter(effect: Effect<unknown>, nothing?: 'left'): Pick<Settlement, 'role'> {
  if (effect.kind === 'partly') return { role: effect.unmet.includes('role') ? 'left' : 'set' };
  return effect.kind === 'nothing' && nothing ? { role: nothing } : {};
}

/** Changes that leave nothing to see in the list of users. */
const LEAVES_USERS_ALONE: readonly ChangeKind[] = ['reset', 'end-sessions', 'password'];

/** What a failed call did. Where Fastly may have carried it out, a look decides. */
async function aftermath<Answer extends Seen, Seen>(
  error: unknown,
  change: ChangeKind,
  operation: Operation<Answer, Seen>,
): Promise<{ settlement: Settlement['kind']; effect: Effect<Answer> | null }> {
  if (isFastlyError(error) && !error.mayHaveBeenCarriedOut) return { settlement: 'failed', effect: null };
  try {
    const effect = await effectOf(operation);
    return { settlement: settlementOf(change, effect), effect };
  } catch {
    return { settlement: 'unknown', effect: null };
  }
}

/** The reason of a failure in the audit log: text meant for people, never the message of an unexpected error. */
function forTheLog(error: unknown): string {
  if (isFastlyError(error)) return error.reason;
  return error instanceof Refusal || error instanceof SessionsLeft
    ? error.message
    : 'something went wrong in the bot';
}

function repeatText(
  state: Extract<Begun<unknown>, { kind: 'repeat' }>['state'],
  change: ChangeKind,
): Sentence {
  switch (state) {
    case 'done':
      return say`This was already done.`;
    case 'unknown':
      return say`This was already submitted, and the outcome is unknown. ${checkText(change)}`;
    default:
      return say`Already in progress. The result will appear shortly.`;
  }
}
