import { expect } from 'vitest';
import { Approvals, type Filing } from '../../src/approvals/approvals.ts';
import type { Claim } from '../../src/approvals/claims.ts';
import type { Step } from '../../src/approvals/event.ts';
import { stepsOf } from '../../src/approvals/history.ts';
import type { StoredRequest } from '../../src/approvals/newer.ts';
import type { ApprovalPolicy } from '../../src/approvals/policy.ts';
import type { ApprovalRequest, State } from '../../src/approvals/request.ts';
import type { Target } from '../../src/changes/target.ts';
import type { Store } from '../../src/store/store.ts';
import { type Kind, letTimePass, type OpenDatabase } from '../store/both-databases.ts';
import { CDN_TEAM, ENGINEER, NORA, POLICY, TOMAS } from './people.ts';

let deliveries = 0;

/** Nora's wish to have somebody deleted, of a delivery of its own. */
export function filing(changes: Partial<Filing> = {}, target: Target = ENGINEER): Filing {
  deliveries += 1;
  return {
    about: [],
    deliveryKey: `delivery-${deliveries}`,
    action: { kind: 'delete', version: 1, target },
    requester: NORA,
    reason: 'left the company',
    channel: CDN_TEAM,
    ...changes,
  };
}

/** The service in two processes, which on SQLite are one. `steps` counts how often the first was told of a step. */
export type Service = OpenDatabase & { approvals: Approvals; others: Approvals; steps(): number };

export async function startService(database: Kind, changes: Partial<ApprovalPolicy> = {}): Promise<Service> {
  const open = await database.open();
  let steps = 0;
  const policy = { ...POLICY, ...changes };
  const serviceOn = (store: Store) =>
    new Approvals(store, policy, true, () => {
      steps += 1;
    });
  return {
    ...open,
    approvals: serviceOn(open.store),
    others: serviceOn(open.other),
    steps: () => steps,
  };
}

export async function fileOne(
  { approvals }: Pick<Service, 'approvals'>,
  target: Target = ENGINEER,
): Promise<ApprovalRequest> {
  const { kind, request } = await approvals.file(filing({}, target));
  expect(kind).toBe('filed');
  return request;
}

/** All open requests, oldest first. */
export async function allOpen({ approvals }: Pick<Service, 'approvals'>): Promise<StoredRequest[]> {
  const { shown, more } = await approvals.open(1_000);
  expect(more).toBe(0);
  return shown.map(({ request }) => request);
}

/** A request that Tomas has approved. */
export async function fileApproved(service: Service, target: Target = ENGINEER): Promise<ApprovalRequest> {
  const { id } = await fileOne(service, target);
  const answer = await service.approvals.approve(id, TOMAS);
  if (answer.kind !== 'step') throw new Error(`It was not approved: ${answer.kind}`);
  return answer.request;
}

/** A request that is being carried out, with the claim of whoever does. */
export async function fileClaimed(service: Service, target: Target = ENGINEER): Promise<Claim> {
  const { id } = await fileApproved(service, target);
  return claimed(await service.approvals.claims.advance(id));
}

export function claimed(claim: Claim | null): Claim {
  if (claim === null) throw new Error('There was nothing to carry out.');
  return claim;
}

/** A request whose attempt failed. */
export async function fileFailed(service: Service, unclear = false): Promise<ApprovalRequest> {
  const claim = await fileClaimed(service);
  await service.approvals.claims.record(claim, {
    kind: 'failed',
    why: 'Fastly answered 503.',
    unclear,
    mayBeDone: unclear,
  });
  return claim.request;
}

export async function stateOf(
  { approvals }: Pick<Service, 'approvals'>,
  id: ApprovalRequest['id'],
): Promise<State | undefined> {
  return (await approvals.get(id))?.state;
}

/** The steps of a request as a process finds them, first to last. */
export async function stepsIn(store: Store, id: ApprovalRequest['id']): Promise<Step[]> {
  return await store.read((database) => stepsOf(database, id));
}

/** The events of a request, first to last. */
export async function eventsOf(
  { store }: Pick<Service, 'store'>,
  id: ApprovalRequest['id'],
): Promise<string[]> {
  return (await stepsIn(store, id)).map(({ event }) => event.kind);
}

/** As if whoever has claims had been dead for long enough to lose them. */
export async function letLeasePass({ store }: Service): Promise<void> {
  await letTimePass(store, POLICY.lease + 1);
}
