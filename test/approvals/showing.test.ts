import { expect, it } from 'vitest';
import type { ApprovalRequest } from '../../src/approvals/request.ts';
import { dueDisplays, recordShown, type Surface, surfacesOf } from '../../src/approvals/surfaces.ts';
import { onBothDatabases } from '../store/both-databases.ts';
import { CDN_TEAM, ELSEWHERE, ENGINEER, NORA, PRIYA, TOMAS } from './people.ts';
import { fileClaimed, fileOne, type Service, startService, stepsIn } from './service.ts';

const MESSAGE = { channel: CDN_TEAM, ts: '1700000000.000100' };
const COPY = { channel: CDN_TEAM, ts: '1700000000.000200' };

/** What Slack must show of a request, by name. */
async function surfaces({ store }: Service, id: ApprovalRequest['id']): Promise<Record<string, Surface>> {
  const all = await store.read((database) => surfacesOf(database, id));
  return Object.fromEntries(all.map((surface) => [surface.name, surface]));
}

/** As the bot does when it has posted the request's message. */
async function recordPosted({ store }: Service, { id, version }: ApprovalRequest): Promise<void> {
  await store.transaction((transaction) => recordShown(transaction, id, 'message', { ...MESSAGE, version }));
}

const due = ({ store }: Service) => store.read((database) => dueDisplays(database, store.engine, 8));

onBothDatabases('what Slack must show', (database) => {
  it('is the message at first, and the thread from the first decision on', async () => {
    const service = await startService(database, { approvalsRequired: 2 });
    const { id } = await fileOne(service);
    expect(Object.keys(await surfaces(service, id))).toEqual(['message']);
    expect(await due(service)).toEqual([id]);
    await service.approvals.approve(id, TOMAS);
    expect(await surfaces(service, id)).toEqual({
      message: { name: 'message', channel: null, ts: null, wanted: 2, shown: 0 },
      thread: { name: 'thread', channel: null, ts: null, wanted: 2, shown: 0 },
    });
  });

  it('is told to the requester when it is completed, and confirmed', async () => {
    const service = await startService(database);
    const claim = await fileClaimed(service);
    await service.approvals.claims.record(claim, { kind: 'completed', found: false });
    const { requester, confirmation } = await surfaces(service, claim.request.id);
    expect([requester?.wanted, confirmation?.wanted]).toEqual([4, 4]);
  });

  it('is told to the requester when it was denied, but not when they cancelled', async () => {
    const service = await startService(database);
    const denied = await fileOne(service);
    await service.approvals.deny(denied.id, TOMAS, null);
    expect(await surfaces(service, denied.id)).toHaveProperty('requester');
    expect(await surfaces(service, denied.id)).not.toHaveProperty('confirmation');
    const cancelled = await fileOne(service);
    await service.approvals.cancel(cancelled.id, NORA);
    expect(await surfaces(service, cancelled.id)).not.toHaveProperty('requester');
    const unseen = await fileOne(service);
    await service.approvals.cancelUnseen(unseen.id, 'I am not in that channel.');
    expect(await surfaces(service, unseen.id)).toHaveProperty('requester');
  });
});

onBothDatabases('a click on a message', (database) => {
  it('makes it the message, where none is recorded yet', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    expect(await service.approvals.messageOf(id)).toBeNull();
    await service.others.seenAt(id, MESSAGE);
    expect(await service.approvals.messageOf(id)).toEqual(MESSAGE);
    expect(await surfaces(service, id)).toMatchObject({ message: { wanted: 1, shown: 0 } });
    expect(await due(service)).toEqual([id]);
  });

  it('changes nothing where it is the message', async () => {
    const service = await startService(database);
    const request = await fileOne(service);
    await recordPosted(service, request);
    const told = service.steps();
    await service.approvals.seenAt(request.id, MESSAGE);
    expect(await surfaces(service, request.id)).toMatchObject({ message: { shown: 1 } });
    expect(service.steps()).toBe(told);
  });

  it('makes it a copy where another one is recorded, which follows each step from then on', async () => {
    const service = await startService(database, { approvalsRequired: 2 });
    const request = await fileOne(service);
    const { id } = request;
    await recordPosted(service, request);
    await Promise.all([service.approvals.seenAt(id, COPY), service.others.seenAt(id, COPY)]);
    const copy = `copy ${COPY.channel} ${COPY.ts}`;
    expect(await service.approvals.messageOf(id)).toEqual(MESSAGE);
    expect(await surfaces(service, id)).toMatchObject({ [copy]: { ...COPY, wanted: 1, shown: 0 } });
    expect(await due(service)).toEqual([id]);
    await service.approvals.approve(id, PRIYA);
    const { message, [copy]: followed } = await surfaces(service, id);
    expect([message?.wanted, followed?.wanted]).toEqual([2, 2]);
  });

  it('is taken for one message when two processes see the first click at once', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await Promise.all([service.approvals.seenAt(id, MESSAGE), service.others.seenAt(id, MESSAGE)]);
    expect(Object.keys(await surfaces(service, id))).toEqual(['message']);
  });

  it('in another channel is not believed', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await service.approvals.seenAt(id, { ...MESSAGE, channel: ELSEWHERE });
    expect(await service.approvals.messageOf(id)).toBeNull();
    expect(Object.keys(await surfaces(service, id))).toEqual(['message']);
  });
});

onBothDatabases('locking the target', (database) => {
  it('is shown in the request that waits, as a step of who locked', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await service.store.transaction((each) => service.approvals.targetLocked(each, id, TOMAS));
    const request = await service.approvals.get(id);
    expect(request?.action.target).toEqual({ ...ENGINEER, locked: true });
    expect(request).toMatchObject({ version: 2, state: { kind: 'pending' } });
    expect((await stepsIn(service.store, id)).at(-1)).toMatchObject({
      number: 2,
      actor: TOMAS,
      event: { kind: 'locked' },
    });
    expect(await surfaces(service, id)).toMatchObject({ message: { wanted: 2 }, thread: { wanted: 2 } });
  });

  it('is one step however often, also while it is carried out, and none of what has ended', async () => {
    const service = await startService(database);
    const lock = (id: ApprovalRequest['id']) =>
      service.store.transaction((each) => service.approvals.targetLocked(each, id, TOMAS));
    const { id } = await fileOne(service);
    await Promise.all([lock(id), lock(id)]);
    expect(await service.approvals.get(id)).toMatchObject({ version: 2 });
    await service.approvals.cancel(id, NORA);
    await lock(id);
    expect(await service.approvals.get(id)).toMatchObject({ version: 3 });
    const running = await fileClaimed(service);
    const { version } = running.request;
    expect(await lock(running.request.id)).toBe(true);
    expect(await service.approvals.get(running.request.id)).toMatchObject({
      version: version + 1,
      state: running.request.state,
      action: { target: { locked: true } },
    });
  });

  it('is not shown when the transaction does not end well', async () => {
    const service = await startService(database);
    const request = await fileOne(service);
    const failing = service.store.transaction(async (each) => {
      await service.approvals.targetLocked(each, request.id, TOMAS);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await service.approvals.get(request.id)).toEqual(request);
  });
});
