import { sql } from 'kysely';
import { z } from 'zod';
import type { Store, Transaction } from '../store/store.ts';
import type { Database, IntentRow } from '../store/tables.ts';
import { firstReadable } from '../store/whole.ts';
import { type Change, ChangeKind, type Lock, type Settlement } from './change.ts';
import { readLock } from './lock.ts';
import { settlePromotion } from './promotion-steps.ts';
import { isEnding } from './running-promotions.ts';
import { readChange } from './stored.ts';
import { readUndoable, type Undoable } from './undo.ts';

const IntentState = z.enum(['open', 'done', 'failed', 'unknown']);
type IntentState = z.infer<typeof IntentState>;

const Details = z.record(z.string(), z.unknown());
const Attempts = z.object({ reference: z.string(), earlier: z.array(z.string()).default([]) });

/** Whether a change may be made now. `repeat`: the same delivery has begun one before, and this is its state. */
export type Begun<InTheWay> =
  | { kind: 'begun' }
  | { kind: 'repeat'; state: IntentState }
  /** An approval request about the same user is open, and this change would alter what its approvers were shown. */
  | { kind: 'in-the-way'; request: InTheWay }
  /** A role that was given for a time is being taken back from the user at this moment. */
  | { kind: 'ending' };

/** A change that a crash left behind. `begunAt`: Unix milliseconds by the database's clock. */
export type Interrupted = { change: Change; state: IntentState; begunAt: number };

/** Reads what is in the way of an update of this user; `null` for nothing. */
type LookInTheWay<T> = (database: Database, userId: string) => Promise<T | null>;

/**
 * Records changes before they are made. So the same delivery twice makes one change, and a change that a crash
 * interrupted is noticed and its caller told. Approval requests are recorded apart.
 */
export class Intents<InTheWay = unknown> {
  readonly #store: Store;
  readonly #lease: number;
  readonly #inTheWay: LookInTheWay<InTheWay>;
  readonly #onSettled: () => void;

  /**
   * @param lease after how many milliseconds an open change counts as left behind; longer than any call
   * @param inTheWay the open approval request about a user, which an update must not be made beside
   * @param onSettled called after each settled change, so that open Home tabs can be refreshed
   */
  constructor(store: Store, lease: number, inTheWay: LookInTheWay<InTheWay>, onSettled: () => void) {
    this.#store = store;
    this.#lease = lease;
    this.#inTheWay = inTheWay;
    this.#onSettled = onSettled;
  }

  /** Records that a change is about to be made, once for each delivery. A form whose change failed may come again. */
  async begin(change: Change): Promise<Begun<InTheWay>> {
    this.#store.mustTakeData();
    return await this.#store.transaction(async (transaction) => {
      const { database, now } = transaction;
      const { deliveryKey, kind, caller, ...details } = change;
      const { id, login } = details.target;
      // Approvers have been shown the user as they are, so no update is made while they decide, and no lock but **Lock now**.
      const alters = kind === 'update' || (kind === 'lock' && details.request === undefined);
      const open = alters && id !== null ? await this.#inTheWay(database, id) : null;
      if (open !== null) return { kind: 'in-the-way', request: open };
      if (alters && id !== null && (await isEnding(transaction, id))) return { kind: 'ending' };
      const earlier = await failedAttempts(database, deliveryKey);
      const at = await now();
      const columns = {
        change: kind,
        caller,
        target: id ?? login,
        details: JSON.stringify({ ...details, earlier }),
        state: 'open',
        begun_at: at,
        due_at: at + this.#lease,
      };
      // Sessions are looked up before any is ended, so ending them may begin again whatever came of it.
      const again: IntentState[] = kind === 'end-sessions' ? ['failed', 'unknown'] : ['failed'];
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('intents')
        .values({ delivery_key: deliveryKey, ...columns })
        .onConflict((conflict) =>
          conflict.column('delivery_key').doUpdateSet(columns).where('intents.state', 'in', again),
        )
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows !== 1n) {
        const { state } = await database
          .selectFrom('intents')
          .select('state')
          .where('delivery_key', '=', deliveryKey)
          .executeTakeFirstOrThrow();
        // A state of a newer version tells as little.
        return { kind: 'repeat', state: IntentState.safeParse(state).data ?? 'unknown' };
      }
      await transaction.audit(entryOf(change, 'begun'));
      return { kind: 'begun' };
    });
  }

  /**
   * Records how a change ended, with what `also` writes; does nothing when that is recorded already.
   *
   * @param tell whether the worker still has to tell the caller, because nobody else is there to do it
   */
  async settle(
    change: Change,
    settlement: Settlement,
    { also, tell = false }: { also?: (transaction: Transaction) => Promise<void>; tell?: boolean } = {},
  ): Promise<void> {
    await this.#store.transaction(async (transaction) => {
      const settled = await transaction.database
        .updateTable('intents')
        .set({ state: settlement.kind, due_at: tell ? (await transaction.now()) + this.#lease : null })
        .where('delivery_key', '=', change.deliveryKey)
        .where('state', '=', 'open')
        // Under the same key another attempt may have begun since.
        .where('details', 'like', `%"reference":"${change.reference}"%`)
        .returning('begun_at')
        .executeTakeFirst();
      if (settled === undefined) return;
      await settlePromotion(transaction, change, settlement, settled.begun_at);
      await also?.(transaction);
      await transaction.audit(entryOf(change, settlement.kind, settlement.why));
    });
    this.#onSettled();
  }

  /** The delivery key of the click on this request's 'Lock now' that locked its target, or may have; null for none. */
  async lockOf(requestId: string, userId: string): Promise<string | null> {
    const rows = await this.#store.read((database) =>
      database
        .selectFrom('intents')
        .selectAll()
        .where('change', '=', 'lock')
        .where('target', '=', userId)
        .where('state', '!=', 'failed')
        .execute(),
    );
    const lock = rows.find((row) => readChange(row)?.request === requestId);
    return lock?.delivery_key ?? null;
  }

  /** The latest change with this delivery key, and its state; null where there is none. */
  async withKey(key: string): Promise<{ change: Change; state: IntentState } | null> {
    const row = await this.#store.read((database) =>
      database.selectFrom('intents').selectAll().where('delivery_key', '=', key).executeTakeFirst(),
    );
    const found = row && interrupted(row);
    return found ?? null;
  }

  /** A lock that was made, with its steps, by its delivery key; null where there is none. */
  async lockMade(key: string): Promise<Lock | null> {
    return await this.#store.read((database) => readLock(database, key));
  }

  /** A change that can be set back, by its delivery key; null where there is none. */
  async undoable(key: string): Promise<Undoable | null> {
    return await this.#store.read((database) => readUndoable(database, this.#store.engine, key));
  }

  /**
   * Has every open change count as left behind, for a database that one process owns: whoever made it is gone. Changes
   * of kinds that only a newer version knows are left to that version.
   */
  async releaseAll({ database, now }: Transaction): Promise<void> {
    await database
      .updateTable('intents')
      .set({ due_at: await now() })
      .where('due_at', 'is not', null)
      .where('change', 'in', ChangeKind.options)
      .execute();
  }

  /**
   * Notes on the changes whose end is not known yet that the database was restored.
   *
   * @returns their references
   */
  async noteRestored({ database }: Transaction): Promise<string[]> {
    const open = await database.selectFrom('intents').selectAll().where('state', '=', 'open').execute();
    const references: string[] = [];
    for (const row of open) {
      references.push(ownChange(row).reference);
      const details = JSON.stringify({ ...Details.parse(JSON.parse(row.details)), restored: true });
      await database
        .updateTable('intents')
        .set({ details })
        .where('delivery_key', '=', row.delivery_key)
        .execute();
    }
    return references;
  }

  /**
   * Ends all that is open or still to be told as unknown, and tells nobody, for a database that is used elsewhere now:
   * what it says can't be looked up there.
   */
  async closeAdopted(transaction: Transaction): Promise<void> {
    const { database } = transaction;
    const open = await database.selectFrom('intents').selectAll().where('state', '=', 'open').execute();
    await database.updateTable('intents').set({ state: 'unknown' }).where('state', '=', 'open').execute();
    await database.updateTable('intents').set({ due_at: null }).where('due_at', 'is not', null).execute();
    for (const row of open) await transaction.audit(entryOf(ownChange(row), 'unknown', 'adopted'));
  }

  /**
   * Claims up to `limit` changes that were left behind. `due_at` is the lease, too: another process may claim them
   * when it has passed. There are no claims to tell apart, as a change is settled once, whoever settles it. A change
   * that this version can't read whole is left to a newer one.
   */
  async takeOver(limit: number): Promise<Interrupted[]> {
    const find = (most: number) =>
      this.#store.read((database) =>
        database
          .selectFrom('intents')
          .selectAll()
          .where('due_at', '<=', this.#store.engine.now)
          .orderBy('due_at')
          .limit(most)
          .execute(),
      );
    const due = await firstReadable(limit, find, (rows) => rows.filter((row) => interrupted(row) !== null));
    if (due.length === 0) return [];
    return await this.#store.transaction(async ({ database, engine, now }) => {
      const until = (await now()) + this.#lease;
      const taken: Interrupted[] = [];
      for (const { delivery_key } of due) {
        const row = await database
          .updateTable('intents')
          .set({ due_at: until })
          .where('delivery_key', '=', delivery_key)
          .where('due_at', '<=', engine.now)
          .returningAll()
          .executeTakeFirst();
        const each = row && interrupted(row);
        if (each) taken.push(each);
      }
      return taken;
    });
  }

  /** How many changes are settled and began that many milliseconds ago, and Slack has not taken what their callers are told. */
  async overdue(milliseconds: number): Promise<number> {
    const { now } = this.#store.engine;
    return await this.#store.read(async (database) => {
      const { overdue } = await database
        .selectFrom('intents')
        .where('due_at', 'is not', null)
        .where('state', '!=', 'open')
        .where('begun_at', '<=', sql<number>`${now} - ${milliseconds}`)
        .select(({ fn }) => fn.countAll().as('overdue'))
        .executeTakeFirstOrThrow();
      return Number(overdue);
    });
  }

  /** Has the caller of a settled change told in `pause` milliseconds. */
  async tellIn(pause: number, deliveryKey: string): Promise<void> {
    await this.#store.transaction(async ({ database, now }) => {
      await database
        .updateTable('intents')
        .set({ due_at: (await now()) + pause })
        .where('delivery_key', '=', deliveryKey)
        .where('state', '!=', 'open')
        .where('due_at', 'is not', null)
        .execute();
    });
  }

  /**
   * Records that a delivery's change, if it made one, is still to be told: by this process in about so many milliseconds,
   * and if that has not happened a lease later, by the worker.
   */
  async untold(deliveryKey: string, within: number): Promise<void> {
    await this.#store.transaction(async ({ database, now }) => {
      await database
        .updateTable('intents')
        .set({ due_at: (await now()) + within + this.#lease })
        .where('delivery_key', '=', deliveryKey)
        .where('state', '!=', 'open')
        .execute();
    });
  }

  /** Records that a change's caller was told how it ended. Does nothing when the change was begun again since. */
  async told({ deliveryKey }: Pick<Change, 'deliveryKey'>): Promise<void> {
    await this.#store.transaction(async ({ database }) => {
      await database
        .updateTable('intents')
        .set({ due_at: null })
        .where('delivery_key', '=', deliveryKey)
        .where('state', '!=', 'open')
        .execute();
    });
  }
}

/** For whatever must not leave one out. @throws where only a newer version can read it */
function ownChange(row: IntentRow): Change {
  const change = readChange(row);
  if (change === null)
    throw new Error(
      'a change under way was recorded by a newer version of the bot: run this command with that version',
    );
  return change;
}

/** `null` where only a newer version can read it. */
function interrupted(row: IntentRow): Interrupted | null {
  const change = readChange(row);
  const state = IntentState.safeParse(row.state).data;
  return change && state ? { change, state, begunAt: row.begun_at } : null;
}

/** Whether an update of this user is under way, whose end is not known yet. */
export async function isBeingChanged(database: Database, target: string): Promise<boolean> {
  const row = await database
    .selectFrom('intents')
    .select('delivery_key')
    .where('target', '=', target)
    .where('state', '=', 'open')
    .where('change', 'in', ['update', 'lock'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The references of the attempts of the same form that failed before: the log tells of each, the table of the last. */
async function failedAttempts(database: Database, deliveryKey: string): Promise<string[]> {
  const row = await database
    .selectFrom('intents')
    .select('details')
    .where('delivery_key', '=', deliveryKey)
    .executeTakeFirst();
  if (!row) return [];
  const { reference, earlier } = Attempts.parse(JSON.parse(row.details));
  return [...earlier, reference];
}

function entryOf(change: Change, event: string, why?: string) {
  const { kind, caller, target, settings, before, invitation, reason, request, undoes, reference } = change;
  const { steps, tokens, run, for: lasts } = change;
  const { login, name } = target;
  return {
    actor: caller,
    change: kind,
    event,
    target: target.id,
    details: {
      ...{
        login,
        name,
        settings,
        before,
        invitation,
        reason,
        request,
        run,
        steps,
        tokens,
        undoes,
        reference,
      },
      ...(lasts !== undefined && { for: lasts }),
      why,
    },
  };
}
