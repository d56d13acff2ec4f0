import type { Generated, Kysely } from 'kysely';

/**
 * The tables, as both databases have them: text, whole numbers and null. Moments are Unix milliseconds by the
 * database's clock; what has a shape of its own is JSON as text and is parsed where it is read.
 */
export type Tables = {
  approval_requests: ApprovalRequestRow;
  decisions: DecisionRow;
  surfaces: SurfaceRow;
  intents: IntentRow;
  account_lock: AccountLockRow;
  homes: HomeRow;
  message_counter: MessageCounterRow;
  audit_log: AuditRow;
  belonging: BelongingRow;
  compatibility: CompatibilityRow;
  bot_admins: BotAdminRow;
  token_reminders: TokenReminderRow;
  token_looks: TokenLookRow;
  report_schedules: ReportScheduleRow;
  reports: ReportRow;
  known_pairs: KnownPairRow;
  leavers: LeaverRow;
  leaver_messages: LeaverMessageRow;
  leaver_looks: LeaverLookRow;
  running_promotions: RunningPromotionRow;
};
export type Database = Kysely<Tables>;

/** A row that one process at a time works on: until when it may, and its claim (`Leases`). */
type Leased = { lease_until: Generated<number | null>; claim: Generated<string | null> };

export type ApprovalRequestRow = {
  id: string;
  /** The delivery that asked for it: the same one twice is one request. */
  delivery_key: string;
  action: string;
  /** Whom it concerns (`targetKey`) while it is open, so that nobody has two; null once it has ended. */
  open_target: string | null;
  requester: string;
  reason: string | null;
  channel: string;
  approvals_required: number;
  /** What held when it was filed (`Terms`), as JSON; null for requests of before. */
  terms: string | null;
  state: string;
  /** Grows by one with each step. */
  version: number;
  filed_at: number;
  expires_at: number;
  /** When time alone makes a step due; null when nothing is to happen by itself. */
  due_at: number | null;
  /** When Slack is to be brought up to date; null when it is. */
  display_due_at: number | null;
  /** Until when one process may show it, and that process's claim. */
  display_lease_until: number | null;
  display_claim: string | null;
};

export type DecisionRow = {
  request_id: string;
  approver: string;
  verdict: string;
  reason: string | null;
  decided_at: number;
};

/** Something in Slack that shows a request: the version it should show, the one it does, and where it is. */
export type SurfaceRow = {
  request_id: string;
  name: string;
  channel: string | null;
  ts: string | null;
  wanted: number;
  shown: number;
};

/** A change that is made at once: recorded before its call, settled after it. */
export type IntentRow = {
  delivery_key: string;
  change: string;
  caller: string;
  target: string;
  details: string;
  state: string;
  begun_at: number;
  /** When an open one counts as left behind, or its caller is to be told; null when nothing is left to do. */
  due_at: number | null;
};

type AccountLockRow = { name: string; holder: string | null; held_until: number };

/** The Home tab of a member who has opened it before. */
type HomeRow = Leased & {
  member: string;
  /** When the Home must be drawn whatever the two numbers say; null when they alone decide. */
  due_at: number | null;
  /** The audit log's last entry when the Home was last begun to be drawn. */
  drawn_entry: Generated<number>;
  /** The message counter at the same moment. */
  drawn_posted: Generated<number>;
  /** When the first of the attempts began that have not brought it to Slack yet; null when Slack has it. */
  behind_since: Generated<number | null>;
};

/** One row: how often the message of an approval request has got its `ts`. */
type MessageCounterRow = { posted: number };

/** `kind`: 'workspace' of Slack or 'account' of Fastly. */
type BelongingRow = { kind: string; id: string; name: string };

/** One row: the number of the lowest migration that a version must know to use the database. */
type CompatibilityRow = { readable_from: number };

/** Whether a member was able to use the bot when that was last recorded. */
type BotAdminRow = Leased & {
  member: string;
  /** 1 or 0. */
  able: number;
  /** How, or why not, as JSON. */
  details: string;
  changed_at: number;
  /** When it is to be told; null once it was. */
  tell_at: number | null;
};

/** That a member is told that a token expires soon. */
type TokenReminderRow = {
  token: string;
  member: string;
  /** In days: the lowest step that was reached. */
  step: number;
  /** 1 where the token is the member's own, or 0. */
  owns: number;
  /** 1 or 0. */
  told: number;
};

/** One row: when the tokens are looked at next, and which process is at it until when. */
type TokenLookRow = Leased & {
  name: string;
  due_at: number;
};

type ReportScheduleRow = Leased & {
  schedule: string;
  due_at: number;
  /** When it is tried next: at that instant, or later where it failed. */
  try_at: number;
};

/** A report that Slack has, by the instant it was due. `entry`: the audit log's last entry that it counts. */
type ReportRow = { due_at: number; posted_at: number; entry: number };

/** That a member's address is, or was, the login of a Fastly user. */
type KnownPairRow = {
  member: string;
  user_id: string;
  address: string;
  /** 1 where the member is or was a guest, or 0. */
  guest: number;
};

/** A member who left while their address was a login: from when they left until they are back or the user is gone. */
export type LeaverRow = {
  id: string;
  member: string;
  user_id: string;
  /** How they left, what the user was called, and why the user is kept, as JSON. */
  details: string;
  /** `untold`, `told` or `kept` while it is open; `returned`, `moved` or `gone` once it has ended. */
  state: string;
  found_at: number;
  changed_at: number;
  /** Which message tells of them; null until one does. */
  message: Generated<string | null>;
  /** Their place in it; null where it only counts them. */
  position: Generated<number | null>;
};

/** One place in Slack that shows a message about leavers. */
export type LeaverMessageRow = Leased & {
  id: string;
  message: string;
  /** The channel, or the member whose direct messages it is in. */
  place: string;
  /** Where it is, once it is posted. */
  channel: string | null;
  ts: string | null;
  /** Grows with each change that it has to show. */
  wanted: number;
  /** When it is to be shown; null when only a new entry of the audit log makes that due. */
  due_at: number | null;
  /** The audit log's last entry when it was last begun to be shown; null before that. */
  seen_entry: Generated<number | null>;
};

/** One row: when leavers are looked for next, and which process is at it until when. */
type LeaverLookRow = Leased & {
  name: string;
  due_at: number;
  /** When all members of the workspace were listed last; null until then. */
  listed_at: Generated<number | null>;
};

export type RunningPromotionRow = Leased & {
  id: string;
  /** The user's id in Fastly while it runs, so that nobody has two; null once it is over. */
  running_user: string | null;
  user_id: string;
  login: string;
  name: string;
  /** The role that comes back. */
  role_before: string;
  /** The role that was given. */
  role: string;
  requester: string;
  /** The approval request that it came from; null where it needed none. */
  request_id: string | null;
  began_at: number;
  ends_at: number;
  /** Null once people were reminded. */
  remind_at: number | null;
  state: string;
  over_at: number | null;
  /** What is still to be told, as JSON: `Notice`s. */
  untold: string;
  /** When the worker has something to do about it; null for nothing. */
  due_at: number | null;
};

export type AuditRow = {
  seq: number;
  at: number;
  actor: string | null;
  change: string;
  event: string;
  target: string | null;
  request_id: string | null;
  step: number | null;
  details: string;
  previous_hash: string;
  hash: string;
};
