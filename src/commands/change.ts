import { isFastlyError } from '../fastly/errors.ts';
import { reasonOf } from '../reason-of.ts';
import { RepeatedDelivery } from '../slack/failure.ts';
import type { Request } from '../slack/request.ts';
import { code, say } from '../slack/sentence.ts';
import type { Begun, Change, Settlement } from '../store/intents.ts';
import type { Transaction } from '../store/store.ts';

/** A change that one superuser makes at once. */
export type OwnChange = Pick<Change, 'kind' | 'target' | 'request'> & {
  /** The one call to Fastly. */
  call(): Promise<unknown>;
  /** Whether it has been carried out, where looking can tell; asked when the answer to the call is lost. */
  look?(): Promise<boolean>;
  /** What is written together with its success. */
  also?(transaction: Transaction): Promise<void>;
};

/**
 * Makes a change: records that it begins, makes the call, records what came of it. Nothing is called where it cannot
 * be recorded. A success that cannot be recorded is a success all the same; the worker finds its open record later.
 *
 * @throws {RepeatedDelivery} when the same delivery was here before
 * @throws {StoreUnavailable} before anything was done
 * @throws {FastlyError} when the call failed
 */
export async function makeChange(request: Request, { call, look, also, ...what }: OwnChange): Promise<void> {
  const { deliveryKey, caller, reference, services } = request;
  const change: Change = { ...what, deliveryKey, caller: caller.memberId, reference };
  const begun = await services.intents.begin(change);
  if (begun.kind === 'repeat') throw repeated(begun);
  const settle = async (settlement: Settlement) => {
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
    await call();
  } catch (error) {
    const settlement = await settlementOf(error, look);
    await settle(settlement);
    if (settlement.kind === 'done') return;
    throw error;
  }
  await settle({ kind: 'done' });
}

async function settlementOf(error: unknown, look: OwnChange['look']): Promise<Settlement> {
  const why = reasonOf(error);
  if (isFastlyError(error) && !error.mayHaveBeenCarriedOut) return { kind: 'failed', why };
  try {
    if (look) return { kind: (await look()) ? 'done' : 'failed', why };
  } catch {
    // Whoever cannot look does not know.
  }
  return { kind: 'unknown', why };
}

function repeated({ state }: Extract<Begun, { kind: 'repeat' }>): RepeatedDelivery {
  switch (state) {
    case 'done':
      return new RepeatedDelivery(say`This was done already, so I did not do it again.`);
    case 'unknown':
      return new RepeatedDelivery(
        say`This was sent already, and I do not know what came of it. Look at the user with ${code('/fastly-user get')} before you start anew.`,
      );
    default:
      return new RepeatedDelivery(say`This is under way already. The result will be where you asked for it.`);
  }
}
