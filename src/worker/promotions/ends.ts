import { z } from 'zod';
import type { Approvals } from '../../approvals/approvals.ts';
import { holdSuperuserLock, releaseSuperuserLock } from '../../approvals/rows.ts';
import {
  claimPromotion,
  duePromotions,
  type HeldPromotion,
  PromotionTakenOver,
} from '../../changes/held-promotion.ts';
import { isBeingChanged } from '../../changes/intents.ts';
import { update } from '../../changes/operations.ts';
import type { Hindrance, Notice, RunningPromotion } from '../../changes/promotion.ts';
import { over } from '../../changes/promotion-steps.ts';
import { entryAbout } from '../../changes/promotions.ts';
import { protectionOf } from '../../changes/protection.ts';
import { isSameRole, rolesAtStake } from '../../changes/roles.ts';
import { allRunning, countOverdue } from '../../changes/running-promotions.ts';
import { isSuperuser, isSuperuserRole } from '../../changes/superuser.ts';
import type { Times } from '../../config/times.ts';
import { existingUser } from '../../fastly/account-users.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { type User, UserId } from '../../fastly/user.ts';
import type { Logger } from '../../observability/log.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { PromotionNotices } from './notices.ts';

export type PromotionEndsOptions = {
  store: Store;
  fastly: FastlyClient;
  approvals: Approvals;
  notices: PromotionNotices;
  /** How long one process has an end to itself, in milliseconds: longer than all its calls together. */
  lease: number;
  /** Called when a user's role has changed. */
  onUsersChanged: () => void;
  times: Times;
  log: Logger;
};

/** The details of a change that has set a role. */
const SetRole = z.object({ settings: z.object({ role: z.string() }) });

const TOLD: readonly Notice['to'][] = ['thread', 'requester', 'member'];

/** What a step of an end came to: it goes on at once, or is tried again after a pause. */
type Ending = 'over' | 'later' | 'busy';

/**
 * Gives back the role before, once the time of one that was given is over. It needs no approval and nobody's rights. The
 * call is recorded before it is made, and after a crash a look comes first, so each end is carried out once.
 */
export class PromotionEnds {
  readonly #options: PromotionEndsOptions;
  /** How often in a row an end has failed. */
  readonly #failures = new Map<string, number>();

  constructor(options: PromotionEndsOptions) {
    this.#options = options;
  }

  /** The ids of up to `limit` promotions that something is to be done about. */
  async due(limit: number): Promise<string[]> {
    const { store } = this.#options;
    return await store.read((database) => duePromotions(database, store.engine, limit));
  }

  /** Whether any role is to end. */
  async areAwaited(): Promise<boolean> {
    const { store } = this.#options;
    return (await store.read((database) => allRunning(database, store.engine))).length > 0;
  }

  /** Has all told at once that is not told yet: Slack takes the token again. */
  async tellNow(): Promise<void> {
    await this.#options.store.transaction(async ({ database, now }) => {
      await database
        .updateTable('running_promotions')
        .set({ due_at: await now() })
        .where('due_at', 'is not', null)
        .where('untold', '!=', '[]')
        .execute();
    });
  }

  /** How many should have ended that many milliseconds ago. */
  async overdue(milliseconds: number): Promise<number> {
    const { store } = this.#options;
    return await store.read((database) => countOverdue(database, store.engine, milliseconds));
  }

  /** Has people told at once who wait for Slack to take that, but for what a person has to mend. */
  async retryAtOnce(): Promise<void> {
    const { store, notices } = this.#options;
    const waiting = notices.waiting();
    if (waiting.length === 0) return;
    await store.transaction(async ({ database, now }) => {
      await database
        .updateTable('running_promotions')
        .set({ due_at: await now() })
        .where('id', 'in', waiting)
        .execute();
    });
  }

  async work(id: string): Promise<void> {
    const { store, lease, notices, times, log } = this.#options;
    store.mustHaveRoom();
    const held = await claimPromotion(store, id, lease);
    if (held === null) return;
    const watching = times.promotions.watched;
    let ending: Ending = 'over';
    let telling: number | null = null;
    try {
      ending = await this.#advance(held);
      telling = await notices.tell(held);
    } catch (error) {
      if (error instanceof PromotionTakenOver) return;
      ending = 'later';
      log.warn({ err: error, promotion: id }, 'the end of a promotion failed, trying again');
    }
    const pause = ending === 'busy' ? times.promotions.busy : await this.#pauseOf(held, id, ending);
    await held.release({ telling, ending: pause, watching });
  }

  async #advance(held: HeldPromotion): Promise<Ending> {
    const { promotion, now } = await held.read();
    const { state, endsAt, remindAt } = promotion;
    if (state.kind === 'ended') return await this.#watch(held, promotion);
    if (state.kind !== 'running') return 'over';
    if (endsAt <= now) return await this.#end(held, promotion);
    if (remindAt !== null && remindAt <= now) await this.#remind(held);
    return 'over';
  }

  async #remind(held: HeldPromotion): Promise<void> {
    await held.write(async ({ database }, { id, untold }) => {
      const all = [...untold, ...noticesOf('reminder')];
      await database
        .updateTable('running_promotions')
        .set({ remind_at: null, untold: JSON.stringify(all) })
        .where('id', '=', id)
        .execute();
    });
  }

  async #end(held: HeldPromotion, promotion: RunningPromotion): Promise<Ending> {
    const { fastly } = this.#options;
    const { state } = promotion;
    const mayBeDone = state.kind === 'running' && state.mayBeDone;
    let user: User | null;
    try {
      user = await existingUser(fastly, UserId.parse(promotion.user.id));
      if (user === null) return await this.#over(held, { kind: 'gone' }, []);
      if (mayBeDone && isSameRole(user.role ?? '', promotion.before)) return await this.#ended(held);
      if (!isSameRole(user.role ?? '', promotion.role) || rolesAtStake(user) !== null) {
        return await this.#over(held, { kind: 'left', role: user.role ?? null }, noticesOf('left'));
      }
      const hindrance = await this.#hindrance(promotion, user);
      if (hindrance !== null) return await this.#waits(held, hindrance);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return await this.#waits(held, 'fastly', error);
    }
    const begun = await this.#begin(held);
    return begun === 'begun' ? await this.#call(held, promotion, user) : begun;
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
    const { approvals, lease } = this.#options;
    return await held.write(async (transaction, promotion) => {
      const { database, now } = transaction;
      const { id, user, state, endsAt, role } = promotion;
      const at = await now();
      if (state.kind !== 'running' || endsAt > at) return 'over';
      if (await isBeingChanged(database, user.id)) return 'busy';
      if (await approvals.isCarriedOutAbout(transaction, user.id)) return 'busy';
      if (isSuperuserRole(role) && !(await holdSuperuserLock(transaction, id, at + lease))) return 'busy';
      if (state.mayBeDone) return 'begun';
      await database
        .updateTable('running_promotions')
        .set({ state: JSON.stringify({ ...state, mayBeDone: true }) })
        .where('id', '=', id)
        .execute();
      await transaction.audit(entryAbout(promotion, 'begun', state.endedBy));
      return 'begun';
    });
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
      return await this.#waits(held, isRefused && user.locked ? 'locked' : 'fastly', error, true);
    } finally {
      this.#options.onUsersChanged();
    }
  }

  /** The end stays due. @param notDone whether a call that was sent has certainly changed nothing */
  async #waits(held: HeldPromotion, waits: Hindrance, error?: unknown, notDone = false): Promise<Ending> {
    const { times, log } = this.#options;
    await held.write(async (transaction, promotion) => {
      const { state, untold, id, endsAt } = promotion;
      if (state.kind !== 'running') return;
      const isLate = (await transaction.now()) >= endsAt + times.promotions.loud;
      const isNew = isLate && !state.loud;
      const notices: Notice[] = isNew ? [{ what: 'overdue', to: 'approvals' }] : [];
      const mayBeDone = state.mayBeDone && !notDone;
      await transaction.database
        .updateTable('running_promotions')
        .set({
          state: JSON.stringify({ ...state, mayBeDone, waits, loud: state.loud || isNew }),
          untold: JSON.stringify([...untold, ...notices]),
        })
        .where('id', '=', id)
        .execute();
      if (!mayBeDone) await releaseSuperuserLock(transaction, id);
      if (isNew) await transaction.audit(entryAbout(promotion, 'overdue', null, waits));
    });
    log.warn({ err: error, waits }, 'the end of a promotion could not be carried out yet');
    return 'later';
  }

  async #ended(held: HeldPromotion): Promise<Ending> {
    return await this.#over(held, 'ended', noticesOf('ended'));
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
    await held.write(
      async (transaction, { state, ...current }) => {
        if (state.kind !== 'running') return;
        const by = state.endedBy;
        const ended = end === 'ended' ? ({ kind: 'ended', by, setAgain: false } as const) : end;
        await over(transaction, current, ended, notices);
        await releaseSuperuserLock(transaction, current.id);
        if (open !== null) await approvals.promotionEnded(transaction, open, await transaction.now());
        await transaction.audit(entryAbout({ ...current, state }, ended.kind, by));
      },
      async (transaction) => {
        open = await approvals.lockOpenAbout(transaction, promotion.user.id);
      },
    );
    this.#failures.delete(promotion.id);
    log.info(
      { promotion: promotion.id, user: promotion.user.id, end: end === 'ended' ? end : end.kind },
      'a promotion is over',
    );
    return 'over';
  }

  /** Looks for a day whether the user is a Fastly superuser again, and not through the bot. */
  async #watch(held: HeldPromotion, promotion: RunningPromotion): Promise<Ending> {
    const { fastly } = this.#options;
    const { state, role, user: target, untold } = promotion;
    if (state.kind !== 'ended' || state.setAgain || !isSuperuserRole(role) || untold.length > 0)
      return 'over';
    const user = await existingUser(fastly, UserId.parse(target.id)).catch(() => null);
    if (user === null || !isSuperuser(user)) return 'over';
    await held.write(async (transaction, { id }) => {
      const isOwn = await this.#wasSetThroughBot(transaction, promotion);
      const notices = isOwn
        ? []
        : [
            { what: 'set-again', to: 'approvals' },
            { what: 'set-again', to: 'requester' },
          ];
      await transaction.database
        .updateTable('running_promotions')
        .set({ state: JSON.stringify({ ...state, setAgain: true }), untold: JSON.stringify(notices) })
        .where('id', '=', id)
        .execute();
    });
    return 'over';
  }

  async #wasSetThroughBot({ database }: Transaction, { user, overAt }: RunningPromotion): Promise<boolean> {
    const entries = await database
      .selectFrom('audit_log')
      .select(['change', 'details'])
      .where('target', '=', user.id)
      .where('at', '>=', overAt ?? 0)
      .where('change', 'in', ['promote', 'promote-for', 'update'])
      .where('event', 'in', ['started', 'completed', 'begun', 'done', 'unknown'])
      .execute();
    return entries.some(({ change, details }) => {
      const role = SetRole.safeParse(JSON.parse(details)).data;
      return change !== 'update' || role !== undefined;
    });
  }

  /** How long to wait before an end is tried again, in milliseconds; null where it goes on by itself. */
  async #pauseOf(held: HeldPromotion, id: string, ending: Ending): Promise<number | null> {
    const { times } = this.#options;
    if (ending !== 'later') return null;
    const failures = this.#failures.get(id) ?? 0;
    this.#failures.set(id, failures + 1);
    const growing = Math.min(times.firstRetry * 2 ** failures, times.promotions.longestPause);
    const { promotion, now } = await held.read();
    const { state, endsAt } = promotion;
    const isSlow = state.kind === 'running' && state.waits !== null && state.waits !== 'fastly';
    if (!isSlow) return growing;
    const untilLoud = endsAt + times.promotions.loud - now;
    const slow = times.promotions.hindered;
    return !state.loud && untilLoud > 0 ? Math.min(slow, untilLoud) : slow;
  }
}

function noticesOf(what: Notice['what']): Notice[] {
  return TOLD.map((to) => ({ what, to }));
}
