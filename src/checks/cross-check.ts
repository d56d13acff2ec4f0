import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { EVENT_KINDS, type Event } from '../approvals/event.ts';
import { readForm } from '../approvals/readable.ts';
import type { State } from '../approvals/request.ts';
import { ChangeKind } from '../changes/change.ts';
import type { AuditRow, Database } from '../store/tables.ts';

/**
 * What holding the log against the tables gave. `others`: how many entries of each kind have no table beside them.
 * `newer`: how many changes and requests only a newer version can read. Of those only the number of steps is checked.
 */
export type CrossCheck = {
  problems: readonly string[];
  changes: number;
  requests: number;
  newer: number;
  others: ReadonlyMap<string, number>;
};

const EntryDetails = z.looseObject({ reference: z.string().optional() });
const Target = z.object({ id: z.string().nullable(), login: z.string(), name: z.string() });
/** `earlier`: references of the attempts of the same form that failed before; rows of earlier versions have none. */
const ChangeDetails = z.looseObject({
  target: Target,
  reference: z.string(),
  earlier: z.array(z.string()).optional(),
});

type KeptChange = Awaited<ReturnType<typeof keptChanges>>['known'][number];
type KeptRequest = Awaited<ReturnType<typeof keptRequests>>[number];

/** The steps that leave a request in a state. */
const LAST_STEP: Readonly<Record<State['kind'], readonly Event['kind'][]>> = {
  pending: ['filed', 'approved', 'reminded', 'locked', 'asked-again'],
  approved: ['filed', 'approved', 'retried', 'postponed', 'locked'],
  executing: ['started', 'locked', 'revoking', 'revoked', 'stopped'],
  failed: ['failed', 'closed', 'locked', 'unlocked'],
  completed: ['completed', 'unlocked'],
  refused: ['refused', 'unlocked'],
  denied: ['denied'],
  cancelled: ['cancelled'],
  expired: ['expired'],
};

/**
 * Holds the audit log against the changes and approval requests in the tables beside it, both ways. Entries older than
 * the oldest change or request that is kept may have lost theirs. Add all entries first, then ask.
 */
export class CrossChecker {
  readonly #changes = new Map<string, AuditRow[]>();
  readonly #steps = new Map<string, Map<number, AuditRow>>();
  readonly #others = new Map<string, number>();
  readonly #problems: string[] = [];

  add(entry: AuditRow): void {
    if (entry.request_id !== null) {
      const steps = this.#steps.get(entry.request_id) ?? new Map<number, AuditRow>();
      this.#steps.set(entry.request_id, steps.set(entry.step ?? 0, entry));
    } else if (ChangeKind.safeParse(entry.change).success) {
      const reference = EntryDetails.parse(JSON.parse(entry.details)).reference ?? '';
      this.#changes.set(reference, [...(this.#changes.get(reference) ?? []), entry]);
    } else {
      const kind = `${entry.change} ${entry.event}`;
      this.#others.set(kind, (this.#others.get(kind) ?? 0) + 1);
    }
  }

  /** Reads the tables in the transaction in which the log was read. */
  async against(database: Database): Promise<CrossCheck> {
    const { known: changes, newer: newerChanges } = await keptChanges(database);
    const requests = await keptRequests(database);
    const oldest = this.#oldest(changes, requests);
    for (const change of changes) this.#checkChange(change);
    for (const request of requests) this.#checkRequest(request);
    this.#checkEntriesOfChanges(changes, oldest, new Set(newerChanges));
    this.#checkSteps(requests, oldest);
    const newerRequests = requests.filter((request) => this.#isNewer(request)).length;
    return {
      problems: this.#problems,
      changes: changes.length,
      requests: requests.length - newerRequests,
      newer: newerChanges.length + newerRequests,
      others: this.#others,
    };
  }

  #oldest(changes: readonly KeptChange[], requests: readonly KeptRequest[]): Oldest {
    const entries = [
      ...changes.flatMap(({ reference }) => this.#changes.get(reference) ?? []),
      ...requests.flatMap(({ id }) => [...(this.#steps.get(id)?.values() ?? [])]),
    ];
    return {
      at: first([...changes.map(({ begunAt }) => begunAt), ...requests.map(({ filedAt }) => filedAt)]),
      seq: first(entries.map(({ seq }) => seq)),
    };
  }

  #checkChange(change: KeptChange): void {
    const events = change.state === 'open' ? ['begun'] : ['begun', change.state];
    const entries = this.#changes.get(change.reference) ?? [];
    for (const event of events) {
      if (entries.some((entry) => entry.event === event && tellsOf(entry, change))) continue;
      this.#problems.push(`change ${change.reference} (${change.kind}) has no entry '${event}' like it`);
    }
    for (const reference of change.earlier ?? []) {
      const ofAttempt = this.#changes.get(reference) ?? [];
      for (const event of ['begun', 'failed']) {
        if (ofAttempt.some((entry) => entry.event === event)) continue;
        this.#problems.push(`change ${reference} (${change.kind}) has no entry '${event}'`);
      }
    }
  }

  #checkEntriesOfChanges(changes: readonly KeptChange[], oldest: Oldest, newer: ReadonlySet<string>): void {
    const kept = Map.groupBy(changes, ({ reference }) => reference);
    const earlier = Map.groupBy(
      changes.flatMap(({ kind, caller, earlier: references = [] }) =>
        references.map((reference) => ({ reference, kind, caller })),
      ),
      ({ reference }) => reference,
    );
    // Earlier versions kept only the last attempt with a form, and nothing that says which failed before.
    const isForgotten = ({ actor, change }: AuditRow, entries: readonly AuditRow[]) =>
      entries.some(({ event }) => event === 'failed') &&
      changes.some((each) => each.earlier === undefined && each.caller === actor && each.kind === change);
    for (const [reference, entries] of this.#changes) {
      if (newer.has(reference)) continue;
      for (const entry of entries) {
        if (isOlder(entry, oldest)) continue;
        const found =
          kept.get(reference)?.some((change) => mayHave(change, entry)) ||
          earlier
            .get(reference)
            ?.some(({ kind, caller }) => kind === entry.change && caller === entry.actor) ||
          isForgotten(entry, entries);
        if (!found)
          this.#problems.push(`entry ${entry.seq} (${named(entry)}) is about no change that is kept`);
      }
    }
  }

  #isNewer({ id, form }: KeptRequest): boolean {
    const events = [...(this.#steps.get(id)?.values() ?? [])].map(({ event }) => event);
    return form === null || events.some((event) => !EVENT_KINDS.some((known) => known === event));
  }

  #checkRequest(request: KeptRequest): void {
    const { id, version, form, requester, decisions } = request;
    const steps = this.#steps.get(id);
    const kind = form === null ? '' : ` (${form.action.kind})`;
    for (let step = 1; step <= version; step += 1) {
      if (!steps?.has(step)) this.#problems.push(`request ${id}${kind} has no entry for step ${step}`);
    }
    if (form === null || this.#isNewer(request)) return;
    const state = form.state.kind;
    const [first, last] = [steps?.get(1), steps?.get(version)];
    if (first && (first.event !== 'filed' || first.actor !== requester)) {
      this.#problems.push(`entry ${first.seq} doesn't say that ${requester} filed request ${id}`);
    }
    if (last && !LAST_STEP[state].some((event) => event === last.event)) {
      this.#problems.push(`request ${id} is '${state}', and its last entry ${last.seq} is '${last.event}'`);
    }
    const entries = [...(steps?.values() ?? [])];
    for (const { approver, verdict } of decisions) {
      const counts = ({ step }: AuditRow) => (step ?? 0) > lastAskedAgain(steps);
      if (entries.some((entry) => entry.event === verdict && entry.actor === approver && counts(entry)))
        continue;
      this.#problems.push(`request ${id} was ${verdict} by ${approver}, and no entry says so`);
    }
  }

  #checkSteps(requests: readonly KeptRequest[], oldest: Oldest): void {
    const kept = new Map(requests.map((request) => [request.id, request]));
    for (const [id, steps] of this.#steps) {
      const request = kept.get(id);
      for (const [step, entry] of steps) {
        const about = {
          isNewer: request !== undefined && this.#isNewer(request),
          asked: lastAskedAgain(steps),
        };
        const isKept = request && isStepOf(entry, step, request, about);
        if (isOlder(entry, oldest) || isKept) continue;
        this.#problems.push(
          `entry ${entry.seq} (${named(entry)}) is step ${step} of no request that is kept`,
        );
      }
    }
  }
}

/** When the oldest change or request that is kept began, in Unix milliseconds, and the number of its first entry. */
type Oldest = { at: number; seq: number };

const first = (numbers: readonly number[]) =>
  numbers.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);

/** By its number, too: whoever adds an entry to the end of the log can give it any time. */
function isOlder(entry: AuditRow, oldest: Oldest): boolean {
  return entry.at < oldest.at && entry.seq < oldest.seq;
}

function named({ change, event, actor }: AuditRow): string {
  return `${change} ${event}${actor === null ? '' : ` by ${actor}`}`;
}

/** Whether an entry says of a change what the table says. */
function tellsOf({ change, actor, target, details: text }: AuditRow, kept: KeptChange): boolean {
  if (change !== kept.kind || actor !== kept.caller || target !== kept.target.id) return false;
  const { why, ...details } = EntryDetails.parse(JSON.parse(text));
  const { login, name } = kept.target;
  const expected: Record<string, unknown> = { ...kept.details, login, name };
  // Earlier versions wrote fewer fields.
  const fields = new Set([...Object.keys(details), 'login', 'name', 'settings']);
  return [...fields].every((field) => isDeepStrictEqual(details[field], expected[field]));
}

function mayHave(change: KeptChange, entry: AuditRow): boolean {
  return (entry.event === 'begun' || entry.event === change.state) && tellsOf(entry, change);
}

/** The number of the latest step that asked for the approvals once more; 0 for none. */
function lastAskedAgain(steps: ReadonlyMap<number, AuditRow> | undefined): number {
  const asked = [...(steps ?? [])].filter(([, { event }]) => event === 'asked-again');
  return asked.reduce((last, [step]) => Math.max(last, step), 0);
}

function isStepOf(
  entry: AuditRow,
  step: number,
  { version, form, decisions }: KeptRequest,
  { isNewer, asked }: { isNewer: boolean; asked: number },
): boolean {
  const isOne = step >= 1 && step <= version;
  if (form === null || isNewer) return isOne;
  const { kind, target } = form.action;
  // What was decided before it was asked again counts no longer, and a deletion may have become one with tokens by that.
  const isKind = entry.change === kind || (step < asked && entry.change === 'delete');
  const isNoDecision = step < asked || (entry.event !== 'approved' && entry.event !== 'denied');
  return (
    isOne &&
    isKind &&
    entry.target === target.id &&
    (isNoDecision || decisions.some(({ approver }) => approver === entry.actor))
  );
}

/** `newer`: the references of the changes that only a newer version can read. */
async function keptChanges(database: Database) {
  const rows = await database
    .selectFrom('intents')
    .select(['change', 'caller', 'details', 'state', 'begun_at'])
    .orderBy('begun_at')
    .execute();
  const read = rows.map(({ change: kind, caller, details: text, state, begun_at: begunAt }) => {
    const json: unknown = JSON.parse(text);
    const parsed = ChangeDetails.safeParse(json).data;
    if (!parsed || !ChangeKind.safeParse(kind).success)
      return EntryDetails.safeParse(json).data?.reference ?? '';
    const { target, earlier, ...details } = parsed;
    return { kind, caller, state, begunAt, target, earlier, reference: details.reference, details };
  });
  return {
    known: read.filter((each) => typeof each !== 'string'),
    newer: read.filter((each) => typeof each === 'string'),
  };
}

async function keptRequests(database: Database) {
  const rows = await database.selectFrom('approval_requests').selectAll().orderBy('filed_at').execute();
  const decisions = await database
    .selectFrom('decisions')
    .select(['request_id', 'approver', 'verdict'])
    .execute();
  const decided = Map.groupBy(decisions, ({ request_id }) => request_id);
  return rows.map((row) => ({
    id: row.id,
    requester: row.requester,
    version: row.version,
    filedAt: row.filed_at,
    form: readForm(row),
    decisions: decided.get(row.id) ?? [],
  }));
}
