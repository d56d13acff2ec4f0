import type { Approvals } from '../../approvals/approvals.ts';
import { holdSuperuserLock, releaseSuperuserLock } from '../../approvals/rows.ts';
import type { HeldPromotion } from '../../changes/held-promotion.ts';
import { isBeingChanged } from '../../changes/intents.ts';
import { update } from '../../changes/operations.ts';
import {
  type Hindrance,
  type Notice,
  noticesOf,
  type RunningPromotion,
  TO_PERSON,
} from '../../changes/promotion.ts';
import { notGiven, over } from '../../changes/promotion-steps.ts';
import { entryAbout } from '../../changes/promotions.ts';
import { protectionOf } from '../../changes/protection.ts';
import { isSameRole, rolesAtStake } from '../../changes/roles.ts';
import { writePromotion } from '../../changes/running-promotions.ts';
import { isSuperuserRole, superuserStanding } from '../../changes/superuser.ts';
import type { Times } from '../../config/times.ts';
import { existingUser } from '../../fastly/account-users.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { type User, UserId } from '../../fastly/user.ts';
import type { Logger } from '../../observability/log.ts';
import type { Transaction } from '../../store/store.ts';

export type EndingOptions = {
  fastly: FastlyClient;
  approvals: Approvals;
  /** How long one process has an end to itself, in milliseconds: longer than all its calls together. */
  lease: number;
  /** Called when a user's role has changed. */
  onUsersChanged: () => void;
  times: Times;
  log: Logger;
};

/** What an attempt to end came to: nothing is left to do, it is tried again later, or soon, as another change is under way. */
export type Ending = 'over' | 'later' | 'busy';

/** Gives the role before back: looks, records that the call is about to be made, makes it, and records what came of it. */
export class PromotionEnding {
  readonly #options: EndingOptions;

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** Looks whether a role was given of which nobody knows that, for as long as the call may still take effect. */
  async lookIfGiven(held: HeldPromotion, promotion: RunningPromotion, now: number): Promise<Ending> {
    const { fastly, times, log } = this.#options;
    const user = await existingUser(fastly, UserId.parse(promotion.user.id));
    if (user === null) return await this.#over(held, { kind: 'gone' }, []);
    const isSuperuser = isSuperuserRole(promotion.role) && superuserStanding(user) !== 'no';
    const isGiven = isSuperuser || isSameRole(user.role ?? '', promotion.role);
    if (!isGiven && now < Math.min(promotion.endsAt, promotion.beganAt + times.promotions.unsure)) {
      return 'later';
    }
    await held.write(async (transaction, current) => {
      if (current.state.kind !== 'running' || !current.state.unsure) return;
      if (!isGiven) return await notGiven(transaction, current);
      const { unsure: _known, ...state } = current.state;
      await writePromotion(transaction, current.id, { state, untold: [...current.untold, TO_PERSON] });
    });
    log.info({ promotion: promotion.id, isGiven }, 'it is known whether a role was given');
    return 'over';
  }

  async carryOut(held: HeldPromotion, promotion: RunningPromotion): Promise<Ending> {
    const { fastly } = this.#options;
    const { state } = promotion;
    const mayBeDone = state.kind === 'running' && state.mayBeDone;
    let user: User | null;
    try {
      user = await existingUser(fastly, UserId.parse(promotion.user.id));
      if (user === null) return await this.#over(held, { kind: 'gone' }, []);
      if (mayBeDone && isSameRole(user.role ?? '', promotion.before)) return await this.#ended(held);
      if (!user.role) return await this.#waits(held, 'fastly');
      if (!isSameRole(user.role, promotion.role) || rolesAtStake(user) !== null) {
        const mayStay = isSuperuserRole(promotion.role) && superuserStanding(user) !== 'no';
        if (mayStay) return await this.#waits(held, 'other-roles');
        return await this.#over(held, { kind: 'left', role: user.role }, noticesOf('left'));
      }
      const hindrance = await this.#hindrance(promotion, user);
      if (hindrance !== null) return await this.#waits(held, hindrance);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return await this.#waits(held, 'fastly', error);
    }
    const begun = await this.#begin(held);
    if (begun !== 'begun') return begun;
    return (
      (await this.#hindered(held, promotion, user, mayBeDone)) ?? (await this.#call(held, promotion, user))
    );
  }

  /** Looks again once no other Fastly superuser can go, as one may have gone meanwhile. Null where nothing is in the way. */
  async #hindered(
    held: HeldPromotion,
    promotion: RunningPromotion,
    user: User,
    mayBeDone: boolean,
  ): Promise<Ending | null> {
    if (!isSuperuserRole(promotion.role)) return null;
    try {
      const hindrance = await this.#hindrance(promotion, user);
      return hindrance === null ? null : await this.#waits(held, hindrance, undefined, !mayBeDone);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return await this.#waits(held, 'fastly', error, !mayBeDone);
    }
  }

  /** @throws {FastlyError} */
  async #hindrance({ role }: RunningPromotion, user: User): Promise<Hindrance | null> {
    const { fastly } = this.#options;
    if ((await fastly.tokenProblem()) !== null) return 'fastly';
    if (!isSuperuserRole(role)) return null;
    const protection = await protectionOf(fastly, user);
    if (protection === null) return null;
    return protection === 'last-superuser' ? protection : 'protected';
  }

  /** Records that the call is about to be made. `busy`: another change of the user is under way. `over`: it was moved. */
  async #begin(held: HeldPromotion): Promise<'begun' | 'busy' | 'over'> {
    const { lease } = this.#options;
    return await held.write(async (transaction, promotion) => {
      const { id, user, state, endsAt, role } = promotion;
      const at = await transaction.now();
      if (state.kind !== 'running' || endsAt > at) return 'over';
      if (await this.#isBusyWith(transaction, user.id)) return 'busy';
      if (isSuperuserRole(role) && !(await holdSuperuserLock(transaction, id, at + lease))) return 'busy';
      if (state.mayBeDone) return 'begun';
      await writePromotion(transaction, id, { state: { ...state, mayBeDone: true } });
      await transaction.audit(entryAbout(promotion, 'begun', state.endedBy));
      return 'begun';
    });
  }

  /** Whether another change of the user is under way. */
  async #isBusyWith(transaction: Transaction, user: string): Promise<boolean> {
    if (await isBeingChanged(transaction.database, user)) return true;
    return await this.#options.approvals.isCarriedOutAbout(transaction, user);
  }

  async #call(held: HeldPromotion, promotion: RunningPromotion, user: User): Promise<Ending> {
    const operation = update(this.#options.fastly, user.id, { role: promotion.before });
    try {
      const effect = operation.effect(await operation.call());
      if (effect.kind === 'done') return await this.#ended(held);
      return operation.effect(await operation.look()).kind === 'done'
        ? await this.#ended(held)
        : await this.#waits(held, 'fastly');
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      if (error.mayHaveBeenCarriedOut) {
        const found = await operation.look().catch(() => null);
        if (found && operation.effect(found).kind === 'done') return await this.#ended(held);
        return await this.#waits(held, 'fastly', error);
      }
      const isRefused = error.kind === 'invalid' || error.kind === 'forbidden';
      // A call of an earlier attempt may still take effect.
      const wasSent = promotion.state.kind === 'running' && promotion.state.mayBeDone;
      return await this.#waits(held, isRefused && user.locked ? 'locked' : 'fastly', error, !wasSent);
    } finally {
      this.#options.onUsersChanged();
    }
  }

  /** The end stays due. @param notDone whether a call that was sent has certainly changed nothing */
  async #waits(held: HeldPromotion, waits: Hindrance, error?: unknown, notDone = false): Promise<Ending> {
    const { times, log } = this.#options;
    await held.write(async (transaction, promotion) => {
      const { state, untold, id, endsAt } = promotion;
      const now = await transaction.now();
      // Somebody may have extended it since it was looked at.
      if (state.kind !== 'running' || endsAt > now) return;
      const isLate = now >= endsAt + times.promotions.loud;
      // Fastly may fail to answer in between. Any other new reason is one that a person can mend.
      const isNew = isLate && (state.loud === null || (waits !== 'fastly' && waits !== state.loud));
      const others = untold.filter(({ what }) => what !== 'overdue');
      const toTell: readonly Notice[] = isNew ? [...others, { what: 'overdue', to: 'approvals' }] : untold;
      const mayBeDone = state.mayBeDone && !notDone;
      await writePromotion(transaction, id, {
        state: { ...state, mayBeDone, waits, loud: isNew ? waits : state.loud },
        untold: toTell,
      });
      if (!mayBeDone) await releaseSuperuserLock(transaction, id);
      if (isNew) await transaction.audit(entryAbout(promotion, 'overdue', null, waits));
    });
    log.warn({ err: error, waits }, 'the end of a promotion could not be carried out yet');
    return 'later';
  }

  async #ended(held: HeldPromotion): Promise<Ending> {
    return await this.#over(held, 'ended', [...noticesOf('ended'), { what: 'ended', to: 'confirmations' }]);
  }

  /** A request to extend it is refused in the same transaction. */
  async #over(
    held: HeldPromotion,
    end: Parameters<typeof over>[2] | 'ended',
    notices: readonly Notice[],
  ): Promise<Ending> {
    const { approvals, log } = this.#options;
    const { promotion } = await held.read();
    let open: Awaited<ReturnType<Approvals['lockOpenAbout']>> = null;
    const isBusy = await held.write(
      async (transaction, { state, ...current }) => {
        if (state.kind !== 'running') return false;
        // The role may be another one by a change of the bot's that is not recorded yet.
        if (end !== 'ended' && (await this.#isBusyWith(transaction, current.user.id))) return true;
        const by = state.endedBy;
        const ended = end === 'ended' ? ({ kind: 'ended', by, setAgain: false } as const) : end;
        await over(transaction, current, ended, notices);
        await releaseSuperuserLock(transaction, current.id);
        if (open !== null) await approvals.promotionEnded(transaction, open, await transaction.now());
        await transaction.audit(entryAbout({ ...current, state }, ended.kind, by));
        return false;
      },
      async (transaction) => {
        open = await approvals.lockOpenAbout(transaction, promotion.user.id);
      },
    );
    if (isBusy) return 'busy';
    log.info(
      { promotion: promotion.id, user: promotion.user.id, end: end === 'ended' ? end : end.kind },
      'a promotion is over',
    );
    return 'over';
  }
}
