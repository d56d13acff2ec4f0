import { verbOf } from '../approvals/action.ts';
import { Approvals } from '../approvals/approvals.ts';
import type { ApprovalRequest } from '../approvals/request.ts';
import { forgetPlaces } from '../approvals/surfaces.ts';
import { Intents } from '../changes/intents.ts';
import { forgetPromotions, leaveToCheck } from '../changes/promotion-steps.ts';
import { type AuditHead, headText } from '../ids.ts';
import { headOf } from '../store/audit-log.ts';
import { forgetBelonging } from '../store/belonging.ts';
import { forgetBotAdmins } from '../store/bot-admins.ts';
import { forgetHomes } from '../store/homes.ts';
import { forgetLeavers } from '../store/leavers/look.ts';
import { forgetPlans } from '../store/reports.ts';
import type { Store, Transaction } from '../store/store.ts';
import { forgetTokenReminders } from '../store/token-reminders.ts';

/** What became of a database that was restored. `after`: its head now. `underWay`: how many changes had no end. */
export type Restore = {
  before: AuditHead | null;
  after: AuditHead;
  closed: readonly { id: string; change: string; login: string; mayBeDone: boolean }[];
  underWay: number;
  toCheck: readonly string[];
  adopted: boolean;
};

/**
 * Ends whatever waits or is being carried out, whole or not at all. The audit log says so, and names its head before and
 * after. No process of the bot may be running. Leases from before run out by themselves.
 *
 * @param adopt whether the database is to belong to another Slack workspace or Fastly account: then nothing is shown or
 *   told in Slack, where the messages are the original's
 * @throws {StoreUnavailable}
 */
export async function closeRestored(store: Store, adopt: boolean): Promise<Restore> {
  const { approvals, intents } = partsOn(store);
  return await store.transaction(async (transaction) => {
    const { database } = transaction;
    const before = await headOf(database);
    const closed = (await approvals.closeRestored(transaction)).map(summaryOf);
    const underWay = await intents.noteRestored(transaction);
    await forgetPlans(transaction);
    const toCheck = adopt ? [] : await leaveToCheck(transaction);
    if (adopt) await cutTies(transaction, intents);
    const cancelled = await headOf(database);
    await transaction.audit({
      actor: null,
      change: 'database',
      event: 'restored',
      target: null,
      details: {
        before: before && headText(before),
        after: cancelled && headText(cancelled),
        cancelled: closed.filter(({ mayBeDone }) => !mayBeDone).map(({ id }) => id),
        mayHaveBeenDone: closed.filter(({ mayBeDone }) => mayBeDone).map(({ id }) => id),
        underWay,
        toCheck,
        adopted: adopt,
      },
    });
    const after = await headOf(database);
    if (after === null) throw new Error('the audit log has no entry');
    return { before, after, closed, underWay: underWay.length, toCheck, adopted: adopt };
  });
}

/** Nothing that is recorded is a place in the new workspace, or a user of the new account. */
async function cutTies(transaction: Transaction, intents: Intents): Promise<void> {
  await intents.closeAdopted(transaction);
  await forgetPromotions(transaction);
  await forgetPlaces(transaction);
  await forgetHomes(transaction);
  await forgetBotAdmins(transaction);
  await forgetTokenReminders(transaction);
  await forgetLeavers(transaction);
  await forgetBelonging(transaction.database);
}

/** Steps need no policy here: nobody decides, and nothing is carried out. */
function partsOn(store: Store): { approvals: Approvals; intents: Intents } {
  const policy = {
    botAdmins: [],
    mentioned: [],
    reasonRequiredFor: [],
    requiredFor: [],
    approvalsRequired: 1,
    allowSelfApproval: false,
    ttl: 0,
    reminder: 0,
    lease: 0,
  };
  const nothing = () => {};
  return {
    approvals: new Approvals(store, policy, false, nothing),
    intents: new Intents(store, 0, async () => null, nothing),
  };
}

function summaryOf({ id, action, state }: ApprovalRequest): Restore['closed'][number] {
  const mayBeDone = state.kind === 'cancelled' && state.restored === 'done?';
  return { id, change: verbOf(action), login: action.target.login, mayBeDone };
}
