import type { VariableProblem } from './problem.ts';
import { isUserGroupId } from './slack-ids.ts';
import { durationText } from './value-types.ts';
import type { ValidValues } from './variables.ts';

/** An execution reads the user, the account and its users, deletes, and checks. Each of these calls has its own deadline. */
const CALLS_IN_A_LEASE = 5;

/** What is wrong about variables that don't fit together. */
export function contradictions(values: ValidValues): VariableProblem[] {
  const checks = [tooFewApprovers, tooShortLease, onePortForBoth, reportWithoutChannel];
  return checks.flatMap((check) => check(values) ?? []);
}

/** What the bot starts with, and its operator most likely did not mean. */
export function doubts(values: ValidValues): VariableProblem[] {
  const checks = [nobodyAllowed, noReminder, deletionsUnapproved, strangersMentioned];
  return [...checks.flatMap((check) => check(values) ?? []), ...laterKindsUnapproved(values)];
}

function tooFewApprovers(values: ValidValues): VariableProblem | null {
  const { SUPERUSERS, APPROVALS_REQUIRED, APPROVAL_REQUIRED_FOR, ALLOW_SELF_APPROVAL } = values;
  if (!SUPERUSERS?.length || !APPROVAL_REQUIRED_FOR?.length) return null;
  // How many a user group has is Slack's to say: `doctor`, `/readyz` and whoever asks for an approval are told.
  if (SUPERUSERS.some(isUserGroupId)) return null;
  if (APPROVALS_REQUIRED === undefined || ALLOW_SELF_APPROVAL === undefined) return null;
  const approvers = SUPERUSERS.length - (ALLOW_SELF_APPROVAL ? 0 : 1);
  if (approvers >= APPROVALS_REQUIRED) return null;
  const what =
    approvers === 0
      ? 'SUPERUSERS has one member, so nobody could approve their requests'
      : `SUPERUSERS is too short: each request needs ${APPROVALS_REQUIRED} approvals and has ${approvers} possible ${approvers === 1 ? 'approver' : 'approvers'}`;
  const ways = [
    `add ${APPROVALS_REQUIRED - approvers} more`,
    ...(approvers > 0 ? ['lower APPROVALS_REQUIRED'] : []),
    ...(SUPERUSERS.length >= APPROVALS_REQUIRED ? ['set ALLOW_SELF_APPROVAL=true'] : []),
  ];
  const remedy = `To fix this, ${ways.join(', ')}, or set APPROVAL_REQUIRED_FOR=none.`;
  return { name: 'SUPERUSERS', what, remedy };
}

function tooShortLease({ FASTLY_TIMEOUT, EXECUTION_LEASE }: ValidValues): VariableProblem | null {
  if (FASTLY_TIMEOUT === undefined || EXECUTION_LEASE === undefined) return null;
  const shortest = CALLS_IN_A_LEASE * FASTLY_TIMEOUT;
  if (EXECUTION_LEASE >= shortest) return null;
  return {
    name: 'EXECUTION_LEASE',
    what: `EXECUTION_LEASE is ${durationText(EXECUTION_LEASE)}, so another process could take over a change that is only slow`,
    remedy: `Set it to at least ${durationText(shortest)} (${CALLS_IN_A_LEASE} × FASTLY_TIMEOUT).`,
  };
}

/** Over HTTP the bot listens on both. Port 0 stands for any that is free. */
function onePortForBoth(values: ValidValues): VariableProblem | null {
  const { SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, PORT, HEALTH_PORT } = values;
  if (SLACK_APP_TOKEN || !SLACK_SIGNING_SECRET || !PORT || PORT !== HEALTH_PORT) return null;
  return {
    name: 'HEALTH_PORT',
    what: `HEALTH_PORT and PORT are both ${PORT}`,
    remedy: 'Set one of them to another port.',
  };
}

/** A channel that is set and wrong is not among the values. */
function reportWithoutChannel(values: ValidValues): VariableProblem | null {
  const isUnset = 'CONFIRMATIONS_CHANNEL' in values && values.CONFIRMATIONS_CHANNEL === undefined;
  if (values.REPORT_SCHEDULE === undefined || !isUnset) return null;
  return {
    name: 'REPORT_SCHEDULE',
    what: 'REPORT_SCHEDULE is set and CONFIRMATIONS_CHANNEL is not, so the report has no channel',
    remedy: 'Set CONFIRMATIONS_CHANNEL, or remove REPORT_SCHEDULE.',
  };
}

function nobodyAllowed({ SUPERUSERS }: ValidValues): VariableProblem | null {
  if (SUPERUSERS?.length !== 0) return null;
  return {
    name: 'SUPERUSERS',
    what: 'SUPERUSERS is set but empty, so the bot refuses everybody',
    remedy: 'Set it to the member IDs of the bot admins, comma-separated.',
  };
}

function noReminder({
  APPROVAL_TTL,
  APPROVAL_REMINDER,
  APPROVAL_REQUIRED_FOR,
}: ValidValues): VariableProblem | null {
  if (APPROVAL_TTL === undefined || APPROVAL_REMINDER === undefined) return null;
  if (APPROVAL_REMINDER < APPROVAL_TTL || APPROVAL_REQUIRED_FOR?.length === 0) return null;
  const [reminder, ttl] = [durationText(APPROVAL_REMINDER), durationText(APPROVAL_TTL)];
  return {
    name: 'APPROVAL_REMINDER',
    what: `APPROVAL_REMINDER is ${reminder} and a request expires after ${ttl} (APPROVAL_TTL), so nobody is ever reminded`,
    remedy: `Set APPROVAL_REMINDER to less than ${ttl}.`,
  };
}

function deletionsUnapproved({ APPROVAL_REQUIRED_FOR }: ValidValues): VariableProblem | null {
  if (!APPROVAL_REQUIRED_FOR || APPROVAL_REQUIRED_FOR.includes('delete')) return null;
  return {
    name: 'APPROVAL_REQUIRED_FOR',
    what: "APPROVAL_REQUIRED_FOR doesn't include delete, so deletions need no approval",
    remedy: 'Add delete if a second bot admin should approve them.',
  };
}

/** Only those who can approve are mentioned. Who is in a listed user group is Slack's to say. */
function strangersMentioned({ SUPERUSERS, APPROVERS_MENTIONED }: ValidValues): VariableProblem | null {
  if (!SUPERUSERS || SUPERUSERS.some(isUserGroupId) || !Array.isArray(APPROVERS_MENTIONED)) return null;
  const strangers = APPROVERS_MENTIONED.filter((id) => !isUserGroupId(id) && !SUPERUSERS.includes(id));
  if (strangers.length === 0) return null;
  return {
    name: 'APPROVERS_MENTIONED',
    what: `APPROVERS_MENTIONED has ${strangers.join(', ')}, and SUPERUSERS doesn't, so no request mentions them`,
    remedy: 'Correct the ID, or add it to SUPERUSERS.',
  };
}

/** Kinds that are newer than the others: an installation that has set the variable before does not name them. */
const LATER_KINDS = [
  { kind: 'revoke', what: 'API tokens are revoked without approval' },
  { kind: 'lock-several', what: 'up to 100 idle users are locked at once without approval' },
] as const;

function laterKindsUnapproved({ APPROVAL_REQUIRED_FOR }: ValidValues): VariableProblem[] {
  if (!APPROVAL_REQUIRED_FOR?.length) return [];
  return LATER_KINDS.filter(({ kind }) => !APPROVAL_REQUIRED_FOR.includes(kind)).map(({ kind, what }) => ({
    name: 'APPROVAL_REQUIRED_FOR',
    what: `APPROVAL_REQUIRED_FOR doesn't include ${kind}, so ${what}`,
    remedy: `Add ${kind} if a second bot admin should approve that.`,
  }));
}
