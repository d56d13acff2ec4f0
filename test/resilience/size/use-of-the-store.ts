import { expect } from 'vitest';
import type { Action } from '../../../src/approvals/action.ts';
import { Approvals } from '../../../src/approvals/approvals.ts';
import { stepsOf } from '../../../src/approvals/history.ts';
import { redrawPromotion } from '../../../src/approvals/promoting.ts';
import type { RequestId } from '../../../src/approvals/request.ts';
import { openRequestAbout, releaseClaims } from '../../../src/approvals/rows.ts';
import {
  addDirect,
  addTold,
  claimDisplay,
  displayLeases,
  dueDisplays,
  overdueDisplays,
  recordShown,
  releaseDisplay,
} from '../../../src/approvals/surfaces.ts';
import type { Change } from '../../../src/changes/change.ts';
import { claimPromotion, duePromotions } from '../../../src/changes/held-promotion.ts';
import { Intents } from '../../../src/changes/intents.ts';
import { leaveToCheck, over, retryEnds } from '../../../src/changes/promotion-steps.ts';
import { Promotions } from '../../../src/changes/promotions.ts';
import {
  countOverdue,
  isEnding,
  promotionLeases,
  promotionOfRequest,
} from '../../../src/changes/running-promotions.ts';
import { undoKey } from '../../../src/changes/undo.ts';
import { MOST_LISTED } from '../../../src/commands/approvals/approvals.ts';
import { MOST_ON_HOME } from '../../../src/messages/home.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { AuditHeads } from '../../../src/store/audit-head.ts';
import { AuditPages } from '../../../src/store/audit-page.ts';
import {
  claimHome,
  dueHomes,
  forgetHome,
  homeLeases,
  homeMembers,
  homeOpened,
  progressOf,
  releaseHome,
} from '../../../src/store/homes.ts';
import { changesMade, claimReport, nextReport, planReport } from '../../../src/store/reports.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  CDN_TEAM,
  CURRENT,
  ENGINEER,
  FASTLY_SUPERUSER,
  NORA,
  POLICY,
  TOMAS,
} from '../../approvals/people.ts';
import { filing } from '../../approvals/service.ts';
import { UNTOUCHED, userOf } from '../../support/history.ts';

const LEASE = 60_000;
const PLACE = { channel: CDN_TEAM, ts: '1700000000.000200' };

/** Does with a store all that the bot does with its own. */
export async function useOf(store: Store): Promise<void> {
  const approvals = new Approvals(store, POLICY, true, () => {});
  const intents = new Intents(store, LEASE, openRequestAbout, () => {});
  await start(store, intents);
  await decide(store, approvals);
  const demotion = await carryOut(store, intents);
  await change(store, intents, demotion);
  await promote(store, approvals, intents);
  await show(store, approvals);
  await drawHomes(store, approvals);
  await readLog(store);
  await report(store);
}

async function start(store: Store, intents: Intents): Promise<void> {
  await store.check();
  await store.transaction(async (transaction) => {
    await releaseClaims(transaction);
    await displayLeases.expireAll(transaction);
    await homeLeases.expireAll(transaction);
    await promotionLeases.expireAll(transaction);
    await intents.releaseAll(transaction);
  });
  const heads = new AuditHeads(store, createLogger('silent', { write: () => {} }), 1);
  await heads.logWhenDue();
  await heads.due();
  await heads.logWhenDue();
}

async function decide(store: Store, approvals: Approvals): Promise<void> {
  const asked = filing();
  const { request } = await approvals.file(asked);
  expect((await approvals.file(asked)).kind).toBe('repeat');
  expect((await approvals.file(filing())).kind).toBe('already-open');
  await approvals.foresee(request.id, TOMAS, 'approve');
  await store.transaction((transaction) => approvals.targetLocked(transaction, request.id, TOMAS));
  expect((await approvals.deny(request.id, TOMAS, 'No')).kind).toBe('step');
  await approvals.get(request.id);
}

/** Gives the id of a demotion that was carried out. */
async function carryOut(store: Store, intents: Intents): Promise<string> {
  const approvals = new Approvals(store, { ...POLICY, requiredFor: ['delete', 'demote'] }, true, () => {});
  const demotion: Action = {
    kind: 'demote',
    version: 1,
    target: FASTLY_SUPERUSER,
    changes: { role: 'engineer' },
    before: { ...CURRENT, role: 'superuser' },
  };
  const id = await approved(approvals, demotion);
  await approvals.claims.due(8);
  const claim = await approvals.claims.advance(id);
  if (claim === null) throw new Error('the request was not to be carried out');
  await approvals.claims.holds(claim, 1_000);
  expect((await approvals.claims.record(claim, { kind: 'completed', found: false })).kind).toBe('step');
  await lockSeveral(approvals, intents);
  const target = { ...ENGINEER, ...userOf(30_000) };
  expect((await intents.begin({ ...changeOf('in the way', 'update'), target })).kind).toBe('begun');
  const waiting = await approved(approvals, { kind: 'delete', version: 1, target });
  expect(await approvals.claims.advance(waiting)).toBeNull();
  return id;
}

async function lockSeveral(approvals: Approvals, intents: Intents): Promise<void> {
  const targets = [40_000, 40_001].map((number) => ({ ...ENGINEER, ...userOf(number) }));
  const all = { id: null, login: '2 users', name: '2 users' };
  const { request } = await approvals.file(
    filing({ action: { kind: 'lock-few', version: 1, target: all, targets, days: 90 } }),
  );
  const among = await approvals.openAmong(targets.map(({ id }) => id));
  expect(among.size).toBe(2);
  const claim = await approvals.claims.advance(request.id);
  if (claim === null) throw new Error('the users were not to be locked');
  const locked = targets.map(({ id }) => id);
  await approvals.claims.reached(claim, { locked, left: [] }, { isShown: true });
  await intents.withKey('none');
  await approvals.stop(request.id, TOMAS);
  await approvals.claims.record(claim, { kind: 'completed', found: false });
  expect((await approvals.unlocked(request.id, TOMAS, locked)).kind).toBe('step');
}

/** Gives a role for a time, extends it, and takes it back. */
async function promote(store: Store, approvals: Approvals, intents: Intents): Promise<void> {
  const promotions = new Promotions(store, () => {});
  const settings = { role: 'billing' };
  const given = { ...changeOf('for a time', 'update'), settings, before: CURRENT, for: LEASE };
  const target = { ...ENGINEER, ...userOf(30_001) };
  await intents.begin({ ...given, target });
  await intents.settle({ ...given, target }, { kind: 'done' });
  const running = await promotions.of(target.id);
  if (running === null) throw new Error('nothing runs');
  await promotions.extend(running.id, NORA, LEASE);
  await promotions.endNow(running.id, NORA);
  await store.read((database) => countOverdue(database, store.engine, 0));
  expect(await store.read((database) => duePromotions(database, store.engine, 8))).toEqual([running.id]);
  const held = await claimPromotion(store, running.id, LEASE);
  await held?.write(
    async (transaction, promotion) => {
      expect(await isEnding(transaction, target.id)).toBe(false);
      await retryEnds(transaction);
      await over(transaction, promotion, { kind: 'ended', by: NORA, setAgain: false });
    },
    (transaction) => approvals.lockOpenAbout(transaction, target.id),
  );
  await held?.release({ telling: null, ending: null, watching: LEASE });
  await store.transaction((transaction) => redrawPromotion(transaction, { user: target, beganAt: 0 }));
  await store.read((database) => promotionOfRequest(database, target.id, 'none'));
  await promotions.roleEndedTo(target.id, { role: 'billing', since: 0 });
  await store.transaction(leaveToCheck);
}

async function approved(approvals: Approvals, action: Action): Promise<RequestId> {
  const { request } = await approvals.file(filing({ action }));
  expect((await approvals.approve(request.id, TOMAS)).kind).toBe('step');
  return request.id;
}

async function change(store: Store, intents: Intents, demotion: string): Promise<void> {
  const made = changeOf('one', 'update');
  expect((await intents.begin(made)).kind).toBe('begun');
  expect((await intents.begin(made)).kind).toBe('repeat');
  await store.read(async (database) => await openRequestAbout(database, made.target.id ?? ''));
  await intents.settle(made, { kind: 'done' });
  await intents.undoable(made.deliveryKey);
  await intents.undoable(undoKey(made.deliveryKey));
  await intents.lockOf('Q000-0001', made.target.id ?? '');
  await intents.begin(changeOf('two', 'reset'));
  await store.transaction((transaction) => intents.releaseAll(transaction));
  expect(await intents.takeOver(8)).not.toEqual([]);
  await intents.settle(changeOf('two', 'reset'), { kind: 'failed', why: 'no' }, { tell: true });
  await intents.tellIn(1_000, 'two');
  await intents.untold('two', 1_000);
  await intents.told(changeOf('two', 'reset'));
  expect(await intents.undoable(demotion)).not.toBeNull();
}

function changeOf(deliveryKey: string, kind: 'update' | 'reset'): Change {
  const { id, login, name } = userOf(5);
  const target = { id, login, name };
  const made =
    kind === 'update' ? { settings: { role: 'billing' as const }, before: { ...CURRENT, name } } : {};
  return { deliveryKey, kind, caller: NORA, target, reference: 'R000-0000', ...made };
}

async function show(store: Store, approvals: Approvals): Promise<void> {
  const { request } = await approvals.file(filing({}, { ...ENGINEER, ...userOf(30_001) }));
  const { id } = request;
  expect(await store.read((database) => dueDisplays(database, store.engine, 1_000))).toContain(id);
  await store.read((database) => overdueDisplays(database, store.engine, 1));
  await displayed(store, id);
  await approvals.seenAt(id, PLACE);
  await approvals.seenAt(id, { ...PLACE, ts: '1700000000.000300' });
  await store.transaction(async (transaction) => {
    await addDirect(transaction, id, [TOMAS], 1);
    await addTold(transaction, id, 'message');
  });
  await approvals.messageOf(id);
  await approvals.cancel(id, NORA);
}

async function displayed(store: Store, id: RequestId): Promise<void> {
  const claim = await store.transaction((transaction) => claimDisplay(transaction, id, LEASE));
  if (claim === null) throw new Error('the request was not to be shown');
  await store.read((database) => stepsOf(database, id));
  await store.transaction(async (transaction) => {
    await displayLeases.renew(transaction, id, claim, LEASE);
    await recordShown(transaction, id, 'requester', { channel: null, ts: null, version: 1 });
    await releaseDisplay(transaction, id, claim, null);
  });
}

async function drawHomes(store: Store, approvals: Approvals): Promise<void> {
  await store.transaction((transaction) => homeOpened(transaction, NORA));
  await store.read(homeMembers);
  const progress = await store.read(progressOf);
  expect(await store.read((database) => dueHomes(database, store.engine, progress, 8))).toContain(NORA);
  const claim = await store.transaction((transaction) => claimHome(transaction, NORA, progress, LEASE));
  if (claim === null) throw new Error('the Home was not to be drawn');
  await readOpen(approvals);
  await store.transaction((transaction) => releaseHome(transaction, NORA, claim, null));
  await store.transaction((transaction) => forgetHome(transaction, NORA));
}

/** What a Home and `approvals` read of open requests. */
export async function readOpen(approvals: Approvals): Promise<void> {
  await approvals.openFor(NORA, MOST_ON_HOME);
  await approvals.open(MOST_LISTED);
}

async function readLog(store: Store): Promise<void> {
  const pages = new AuditPages(store);
  await pages.head();
  const { id, login, name } = userOf(5);
  const subjects = [null, { id, login }, ...[id, login, name, UNTOUCHED.name].map((typed) => ({ typed }))];
  for (const subject of subjects) {
    for (const before of [null, 1_000]) await pages.latest({ subject, before, limit: 16 });
  }
}

async function report(store: Store): Promise<void> {
  const first = await changesMade(store);
  await planReport(store, 'weekly', (now) => now - 1_000);
  await store.read((database) => nextReport(database, 'weekly'));
  const due = await claimReport(store, 'weekly', LEASE);
  if (due === null) throw new Error('the report was not due');
  await due.renew();
  await due.posted(first.entry, Date.now() + LEASE);
  await changesMade(store);
}
