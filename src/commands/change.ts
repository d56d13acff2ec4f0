import type { ApprovalRequest } from '../approvals/request.ts';
import type { Change, ChangeKind, Settlement } from '../changes/change.ts';
import type { Begun } from '../changes/intents.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { Refusal, RepeatedDelivery, TRY_BOTH_PASSWORDS } from '../messages/failure-text.ts';
import { code, type Sentence, say } from '../messages/kit/sentence.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Services } from '../slack/replies/services.ts';
import type { Transaction } from '../store/transaction.ts';
import { alreadyOpen } from './approvals/filing.ts';

/** What a look at Fastly found: it is there as it was wanted, or it is not; `unknown`: it may still come. */
export type Look<T> = { kind: 'done'; value: T } | { kind: 'failed' | 'unknown' };

/** A change that one superuser makes at once. */
export type OwnChange<T> = Omit<Change, 'deliveryKey' | 'caller' | 'reference'> & {
  /** What must still hold once the change is recorded; throws when it does not, and then nothing is called. */
  check?(): Promise<void>;
  /** The one call to Fastly. */
  call(): Promise<T>;
  /** What became of it, where looking can tell; asked when the answer to the call is lost. */
  look?(): Promise<Look<T>>;
  /** What is written together with its success. */
  also?(transaction: Transaction): Promise<void>;
};

/**
 * Makes a change: records that it begins, makes the call, records what came of it. Nothing is called where it cannot
 * be recorded. A success that cannot be recorded is a success all the same; the worker finds its open record later.
 *
 * @returns what the call answered, or what was found when its answer was lost
 * @throws {RepeatedDelivery} when the same delivery was here before
 * @throws {Refusal} when an open request about the same user is in the way
 * @throws {StoreUnavailable} before anything was done
 * @throws {FastlyError} when the call failed
 */
export async function makeChange<T>(
  request: Interaction,
  { check, call, look, also, ...what }: OwnChange<T>,
): Promise<T> {
  const { deliveryKey, caller, reference, services } = request;
  const change: Change = { ...what, deliveryKey, caller: caller.memberId, reference };
  const begun = await services.intents.begin(change);
  if (begun.kind === 'repeat') throw repeated(begun, what.kind);
  if (begun.kind === 'in-the-way') throw new Refusal(await inTheWay(services, begun.request));
  const settle = async (settlement: Settlement) => {
    // Whatever became of it, the directory is not to show what was before.
    if (!LEAVES_USERS_ALONE.includes(what.kind)) services.directory.usersChanged();
    try {
      const together = settlement.kind === 'done' && also ? { also } : {};
      await services.intents.settle(change, settlement, together);
    } catch (error) {
      request.log.error(
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
    const value = await call();
    await settle({ kind: 'done' });
    return value;
  } catch (error) {
    const looked = await lookAfter(error, look);
    await settle({ kind: looked.kind, why: forTheLog(error) });
    if (looked.kind === 'done') return looked.value;
    throw error;
  }
}

/** The users look the same after these. */
const LEAVES_USERS_ALONE: readonly ChangeKind[] = ['reset', 'password'];

/** What a look found, or what it means that there was nothing. */
export function found<T>(value: T | null, otherwise: 'failed' | 'unknown'): Look<T> {
  return value === null ? { kind: otherwise } : { kind: 'done', value };
}

async function lookAfter<T>(error: unknown, look: OwnChange<T>['look']): Promise<Look<T>> {
  if (isFastlyError(error) && !error.mayHaveBeenCarriedOut) return { kind: 'failed' };
  try {
    if (look) return await look();
  } catch {
    // Whoever cannot look does not know.
  }
  return { kind: 'unknown' };
}

/** What of a failure the audit log keeps: words that are meant for people, never those of just any error. */
function forTheLog(error: unknown): string {
  if (isFastlyError(error)) return error.reason;
  return error instanceof Refusal ? error.message : 'something went wrong in the bot itself';
}

async function inTheWay(services: Services, open: ApprovalRequest): Promise<Sentence> {
  return say`${await alreadyOpen(services, open)} Until that is decided or taken back, I do not update them.`;
}

function repeated(
  { state }: Extract<Begun<unknown>, { kind: 'repeat' }>,
  change: ChangeKind,
): RepeatedDelivery {
  switch (state) {
    case 'done':
      return new RepeatedDelivery(say`This was done already, so I did not do it again.`);
    case 'unknown':
      return new RepeatedDelivery(
        say`This was sent already, and I do not know what came of it. ${howToGoOn(change)}`,
      );
    default:
      return new RepeatedDelivery(say`This is under way already. The result will be where you asked for it.`);
  }
}

function howToGoOn(change: ChangeKind): Sentence {
  return change === 'password'
    ? say`${TRY_BOTH_PASSWORDS} Then start anew with ${code('/fastly-user password')}.`
    : say`Look with ${code(`/fastly-user ${change === 'invite' || change === 'withdraw' ? 'invitations' : 'get'}`)} before you start anew.`;
}
