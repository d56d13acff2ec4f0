import { expect, it } from 'vitest';
import type { Claim } from '../../src/approvals/claims.ts';
import type { ExecutionOutcome } from '../../src/approvals/execution-rules.ts';
import { traced, tracing } from '../../src/observability/trace.ts';
import { letTimePass, onBothDatabases } from '../store/both-databases.ts';
import { ENGINEER, FASTLY_SUPERUSER, NORA, POLICY, PRIYA, TOMAS } from './people.ts';
import {
  allOpen,
  claimed,
  eventsOf,
  fileApproved,
  fileClaimed,
  fileFailed,
  fileOne,
  letLeasePass,
  startService,
  stateOf,
} from './service.ts';

const FAILED: ExecutionOutcome = { kind: 'failed', why: 'Fastly is away.', unclear: false, mayBeDone: false };
const DONE: ExecutionOutcome = { kind: 'completed', found: false };
const SECOND_SUPERUSER = { ...FASTLY_SUPERUSER, id: 'lin1', login: 'lin@example.com' };

/** How many requests are being carried out. */
const executing = (claims: readonly (Claim | null)[]) => claims.filter((claim) => claim !== null).length;

const POSTPONED = {
  kind: 'postponed',
  until: null,
  unclear: false,
  mayBeDone: false,
  why: 'Fastly takes no more changes.',
} as const;

onBothDatabases('carrying out', (database) => {
  it("is one process's when all see that it is due", async () => {
    const service = await startService(database);
    const { approvals, others } = service;
    const { id } = await fileApproved(service);
    expect(await others.claims.due(8)).toEqual([id]);
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, place) => (place % 2 ? approvals : others).claims.advance(id)),
    );
    expect(executing(claims)).toBe(1);
    expect(await eventsOf(service, id)).toEqual(['filed', 'approved', 'started']);
    expect(await approvals.claims.due(8)).toEqual([]);
  });

  it('names the interaction of the latest decision, whichever process it was in, and none for what was recorded without', async () => {
    const service = await startService(database);
    const { approvals, others, store } = service;
    const { id } = await tracing({ interaction: 'FILE-FILE' }, () => fileOne(service));
    await tracing({ interaction: 'YESS-YESS' }, () => approvals.approve(id, TOMAS));
    const attempt = () =>
      tracing({ request: id }, async () => {
        const claim = await others.claims.advance(id);
        if (claim) await others.claims.record(claim, FAILED);
        return traced();
      });
    expect(await attempt()).toEqual({ interaction: 'YESS-YESS', request: id });
    await tracing({ interaction: 'MORE-MORE' }, () => approvals.retry(id, PRIYA));
    await attempt();
    const old = await fileApproved(service, SECOND_SUPERUSER);
    await tracing({}, () => others.claims.advance(old.id));
    const rows = await store.read((tables) =>
      tables.selectFrom('audit_log').select(['event', 'details']).orderBy('seq').execute(),
    );
    expect(rows.map(({ event, details }) => [event, JSON.parse(details).interaction])).toEqual([
      ['filed', 'FILE-FILE'],
      ['approved', 'YESS-YESS'],
      ['started', 'YESS-YESS'],
      ['failed', 'YESS-YESS'],
      ['retried', 'MORE-MORE'],
      ['started', 'MORE-MORE'],
      ['failed', 'MORE-MORE'],
      ['filed', undefined],
      ['approved', undefined],
      ['started', undefined],
    ]);
  });

  it('happens once after three approvals at the same moment', async () => {
    const service = await startService(database);
    const { approvals, others } = service;
    const { id } = await fileOne(service);
    const clickAndGoOn = async (each: typeof approvals, by: typeof NORA) => {
      await each.approve(id, by);
      return await each.claims.advance(id);
    };
    const claims = await Promise.all([
      clickAndGoOn(approvals, TOMAS),
      clickAndGoOn(others, PRIYA),
      clickAndGoOn(others, TOMAS),
    ]);
    expect(executing(claims)).toBe(1);
    expect(await eventsOf(service, id)).toEqual(['filed', 'approved', 'started']);
  });

  it.each<[string, ExecutionOutcome]>([
    ['completed', { kind: 'completed', found: true }],
    ['refused', { kind: 'refused', obstacle: { kind: 'protected', protection: 'owner' } }],
  ])('ends as %s, and nothing comes after', async (_kind, outcome) => {
    const service = await startService(database);
    const claim = await fileClaimed(service);
    const { id } = claim.request;
    expect(await service.approvals.claims.record(claim, outcome)).toMatchObject({ kind: 'step' });
    expect(await stateOf(service, id)).toEqual(outcome);
    const again = await service.others.claims.record(claim, {
      kind: 'failed',
      why: 'late',
      unclear: true,
      mayBeDone: true,
    });
    expect(again).toMatchObject({ objection: 'another-claim' });
    expect(await service.approvals.retry(id, TOMAS)).toMatchObject({ objection: 'not-failed' });
    expect(await allOpen(service)).toEqual([]);
  });

  it('is stored with the key that earlier versions of the bot wrote', async () => {
    const service = await startService(database);
    const claim = await fileClaimed(service);
    await service.approvals.claims.record(claim, { ...POSTPONED, mayBeDone: true });
    const stored = await service.store.read((tables) =>
      tables.selectFrom('approval_requests').select('state').executeTakeFirstOrThrow(),
    );
    expect(JSON.parse(stored.state)).toMatchObject({ kind: 'approved', lookFirst: true });
    expect(await stateOf(service, claim.request.id)).toMatchObject({ kind: 'approved', mayBeDone: true });
  });

  it('is recorded once when the same claim records twice at the same moment', async () => {
    const service = await startService(database);
    const claim = await fileClaimed(service);
    const answers = await Promise.all([
      service.approvals.claims.record(claim, DONE),
      service.others.claims.record(claim, DONE),
    ]);
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['no', 'step']);
  });

  it('is taken over from a dead process, to look first, by one of those that see it', async () => {
    const service = await startService(database);
    const { approvals, others } = service;
    const dead = await fileClaimed(service);
    const { id } = dead.request;
    expect(await others.claims.advance(id)).toBeNull();
    await letLeasePass(service);
    expect(await others.claims.due(8)).toEqual([id]);
    const claims = await Promise.all([
      others.claims.advance(id),
      approvals.claims.advance(id),
      others.claims.advance(id),
    ]);
    expect(executing(claims)).toBe(1);
    expect(claimed(claims.find((claim) => claim !== null) ?? null).mayBeDone).toBe(true);
  });

  it('is not for a claim that passed on to record', async () => {
    const service = await startService(database);
    const late = await fileClaimed(service);
    const { id } = late.request;
    await letLeasePass(service);
    const next = claimed(await service.others.claims.advance(id));
    expect(await service.approvals.claims.record(late, DONE)).toMatchObject({ objection: 'another-claim' });
    expect(await stateOf(service, id)).toMatchObject({ kind: 'executing', claim: next.claim });
    expect(await service.others.claims.record(next, { kind: 'completed', found: true })).toMatchObject({
      kind: 'step',
    });
  });

  it('is for a claim to record whose lease is over, while nobody took it', async () => {
    const service = await startService(database);
    const late = await fileClaimed(service);
    await letLeasePass(service);
    expect((await service.approvals.claims.record(late, DONE)).kind).toBe('step');
    expect(await service.others.claims.advance(late.request.id)).toBeNull();
  });

  it('can be retried by any bot admin after it failed, once, with the approvals there were', async () => {
    const service = await startService(database);
    const { id } = await fileFailed(service);
    const answers = await Promise.all([service.approvals.retry(id, PRIYA), service.others.retry(id, NORA)]);
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['no', 'step']);
    const claim = claimed(await service.others.claims.advance(id));
    expect(claim).toMatchObject({ mayBeDone: false, request: { approvers: [TOMAS] } });
  });

  it('looks first when it is retried after an attempt that was unclear', async () => {
    const service = await startService(database);
    const { id } = await fileFailed(service, true);
    await service.approvals.retry(id, PRIYA);
    expect(claimed(await service.approvals.claims.advance(id)).mayBeDone).toBe(true);
  });

  it('can be given up by the requester after it failed', async () => {
    const service = await startService(database);
    const { id } = await fileFailed(service);
    expect(await service.approvals.cancel(id, TOMAS)).toMatchObject({ objection: 'not-the-requester' });
    expect((await service.approvals.cancel(id, NORA)).kind).toBe('step');
    expect(await allOpen(service)).toEqual([]);
  });

  it('is put off until Fastly takes changes again', async () => {
    const service = await startService(database);
    const claim = await fileClaimed(service);
    const { id, filedAt } = claim.request;
    const until = filedAt + 10 * POLICY.lease;
    await service.approvals.claims.record(claim, { ...POSTPONED, until, mayBeDone: true });
    expect(await stateOf(service, id)).toMatchObject({ kind: 'approved', notBefore: until, mayBeDone: true });
    expect(await service.approvals.claims.due(8)).toEqual([]);
    expect(await service.approvals.claims.advance(id)).toBeNull();
    await letTimePass(service.store, 10 * POLICY.lease);
    expect(await service.approvals.claims.due(8)).toEqual([id]);
    expect(claimed(await service.others.claims.advance(id)).mayBeDone).toBe(true);
  });
});

onBothDatabases('taking Fastly superusers away', (database) => {
  /** Two approved requests, each of which leaves the account with one Fastly superuser less. */
  async function twoApproved() {
    const service = await startService(database);
    const one = await fileApproved(service, FASTLY_SUPERUSER);
    const other = await fileApproved(service, SECOND_SUPERUSER);
    return { service, one: one.id, other: other.id };
  }

  it('happens one at a time, when both are due at the same moment', async () => {
    const { service, one, other } = await twoApproved();
    const claims = await Promise.all([
      service.approvals.claims.advance(one),
      service.others.claims.advance(other),
    ]);
    expect(executing(claims)).toBe(1);
    const states = [await stateOf(service, one), await stateOf(service, other)];
    expect(states.map((state) => state?.kind).toSorted()).toEqual(['approved', 'executing']);
  });

  it('puts the second off for a moment, without a step', async () => {
    const { service, one, other } = await twoApproved();
    const dueAt = async () => {
      const due = service.store.read((database) =>
        database.selectFrom('approval_requests').select('due_at').where('id', '=', other).executeTakeFirst(),
      );
      return (await due)?.due_at ?? 0;
    };
    const before = await dueAt();
    await service.approvals.claims.advance(one);
    expect(await service.others.claims.advance(other)).toBeNull();
    expect(await dueAt()).toBeGreaterThan(before);
    expect(await eventsOf(service, other)).toEqual(['filed', 'approved']);
    await letTimePass(service.store, POLICY.lease / 2);
    expect(await service.approvals.claims.due(8)).toEqual([other]);
    expect(await service.others.claims.advance(other)).toBeNull();
  });

  it.each<[string, ExecutionOutcome]>([
    ['completed', DONE],
    ['failed', { kind: 'failed', why: 'Fastly answered 503.', unclear: false, mayBeDone: false }],
    ['postponed', POSTPONED],
  ])('goes on with the second once the first is recorded as %s', async (_kind, outcome) => {
    const { service, one, other } = await twoApproved();
    await service.approvals.claims.record(claimed(await service.approvals.claims.advance(one)), outcome);
    expect(executing([await service.others.claims.advance(other)])).toBe(1);
  });

  it('waits with the second for as long as the first may still take effect', async () => {
    const { service, one, other } = await twoApproved();
    const unclear = { ...POSTPONED, unclear: true, mayBeDone: true };
    await service.approvals.claims.record(claimed(await service.approvals.claims.advance(one)), unclear);
    expect(await service.others.claims.advance(other)).toBeNull();
    await letLeasePass(service);
    expect(executing([await service.others.claims.advance(other)])).toBe(1);
  });

  it('goes on with the second once the first is dead, and takes the first over after that', async () => {
    const { service, one, other } = await twoApproved();
    await service.approvals.claims.advance(one);
    await letLeasePass(service);
    const second = claimed(await service.others.claims.advance(other));
    expect(await service.others.claims.advance(one)).toBeNull();
    await service.others.claims.record(second, DONE);
    expect(claimed(await service.others.claims.advance(one)).mayBeDone).toBe(true);
  });

  it('keeps the lock with who took it over when the late one records', async () => {
    const { service, one, other } = await twoApproved();
    const late = claimed(await service.approvals.claims.advance(one));
    await letLeasePass(service);
    const second = claimed(await service.others.claims.advance(other));
    await service.approvals.claims.record(late, DONE);
    const third = await fileApproved(service, { ...FASTLY_SUPERUSER, id: 'max1' });
    expect(await service.approvals.claims.advance(third.id)).toBeNull();
    await service.others.claims.record(second, DONE);
    expect(executing([await service.approvals.claims.advance(third.id)])).toBe(1);
  });

  it('waits for nobody where the target is no Fastly superuser, or is locked', async () => {
    const { service, one } = await twoApproved();
    await service.approvals.claims.advance(one);
    const engineer = await fileApproved(service, ENGINEER);
    const locked = await fileApproved(service, { ...FASTLY_SUPERUSER, id: 'max1', locked: true });
    expect(executing([await service.others.claims.advance(engineer.id)])).toBe(1);
    expect(executing([await service.others.claims.advance(locked.id)])).toBe(1);
  });
});
