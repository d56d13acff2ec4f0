import type { CrashPoint } from './crash-point.ts';
import type { Hold } from './place.ts';

type When = CrashPoint['when'];
export const SIDES: readonly When[] = ['before', 'after'];

type Written = Pick<CrashPoint, 'statement' | 'values'>;

/** The transaction that writes this into the audit log. */
export function audited(event: string): Written {
  return { statement: '^insert into "audit_log"', values: [event] };
}

/** The transaction that records that a surface shows this version of a request. */
export function shown(surface: string, version: number): Written {
  return { statement: '^update "surfaces" set "channel"', values: [surface, version] };
}

/** The transaction in which a process takes on showing a request. */
export const DISPLAY_TAKEN: Written = {
  statement: '^update "approval_requests"\\s+set "display_claim" = [\\s\\S]*"display_due_at" <=',
  values: [],
};

/** The transaction in which a process has shown all of a request, or puts the rest off. */
export const DISPLAY_LEFT: Written = {
  statement: '^update "approval_requests"\\s+set "display_claim" = \\S+ "display_lease_until" = \\S+ where',
  values: [],
};

export const dieAt = (when: When, written: Written): CrashPoint => ({ when, what: 'die', ...written });
export const stopAfter = (written: Written): CrashPoint => ({ when: 'after', what: 'stop', ...written });

export const holdSlack = (when: When, method: string): Hold => ({
  service: 'slack',
  fault: { method, when, times: 1 },
});
export const holdFastly = (when: When, match: string): Hold => ({
  service: 'fastly',
  fault: { match, when, times: 1 },
});
