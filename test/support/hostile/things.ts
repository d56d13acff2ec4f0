import fc from 'fast-check';
import { Action } from '../../../src/approvals/action.ts';
import { Event, type Step } from '../../../src/approvals/event.ts';
import {
  type ApprovalRequest,
  Obstacle,
  REASON_LENGTH,
  RequestId,
  State,
} from '../../../src/approvals/request.ts';
import { type Change, ChangeKind, type Settlement } from '../../../src/changes/change.ts';
import { LockStep, type StepRecord } from '../../../src/changes/lock-step.ts';
import { NAME_LENGTH, Settings } from '../../../src/changes/settings.ts';
import { settingsOf, targetOf } from '../../../src/changes/snapshot.ts';
import { TokenOwner } from '../../../src/changes/token.ts';
import { tokenSnapshot } from '../../../src/changes/token-snapshot.ts';
import { checkedReason } from '../../../src/commands/inputs/reason.ts';
import { ApiToken } from '../../../src/fastly/api-token.ts';
import { User } from '../../../src/fastly/user.ts';
import { ChannelId, MemberId } from '../../../src/ids.ts';
import type { AuditLine } from '../../../src/store/audit-page.ts';
import type { Known } from './oracle.ts';
import { hostileJson, hostileLogin, hostileName, hostileText } from './text.ts';

export const ADMINS = ['U0NORA001', 'U0TOMAS01', 'W0AIDA001'].map((id) => MemberId.parse(id));
export const CHANNEL = ChannelId.parse('C0CDNTEAM');
export const LINK = 'https://example.slack.test/archives/C0CDNTEAM/p1700000000000000';
export const KNOWN: Known = { members: ADMINS, channels: [CHANNEL], links: [LINK] };

const admin = fc.constantFrom(...ADMINS);
const id = fc.string({ unit: fc.constantFrom(...'aZ09kQ'), minLength: 1, maxLength: 22 });
const flag = fc.constantFrom(true, false, null, undefined);
const moment = fc.constantFrom(
  '2026-01-02T03:04:05Z',
  '+012026-01-01T00:00:00Z',
  '0001-01-01',
  null,
  undefined,
);
const role = fc.oneof(
  fc.constantFrom('superuser', ' SuperUser ', 'engineer', 'user', null, undefined),
  hostileText,
);

/** A user's document as something that passes for Fastly might send it. Not every one can be read as a user. */
export const userDocument = fc.record({
  id,
  login: hostileLogin,
  name: fc.oneof(hostileText, fc.constantFrom(null, undefined, '', '  ')),
  role,
  roles: fc.oneof(
    fc.constantFrom(undefined, null),
    fc.array(
      fc.oneof(hostileText, fc.constantFrom('billing', 'TLS admin'), fc.record({ name: hostileText })),
      {
        maxLength: 8,
      },
    ),
    hostileJson,
  ),
  locked: flag,
  limit_services: flag,
  require_new_password: flag,
  two_factor_auth_enabled: flag,
  two_factor_setup_required: flag,
  created_at: moment,
  updated_at: moment,
  deleted_at: fc.oneof({ weight: 4, arbitrary: moment }, hostileText),
  last_active_at: moment,
});

export const user = userDocument
  .map((document) => User.safeParse(document).data)
  .filter((each) => each !== undefined);

/** What the bot keeps of a reason that somebody typed. */
export const reason = fc.oneof(
  hostileText.map((text) => checkedReason(text.slice(0, REASON_LENGTH))),
  fc.constant(null),
);
const comment = hostileName.map((text) => checkedReason(text.slice(0, REASON_LENGTH)) ?? 'n');
const settableName = hostileName.map((text) =>
  text.toWellFormed().replaceAll('\0', '').slice(0, NAME_LENGTH).trim(),
);

/** What can be set: names of the length that the bot takes. */
export const settings = fc
  .record(
    {
      name: settableName,
      role: fc.oneof(fc.constantFrom('superuser', 'engineer'), hostileName),
      limit_services: fc.boolean(),
      locked: fc.boolean(),
      require_new_password: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((each) => Settings.parse(each));

const newcomer = fc.record({ id: fc.constant(null), login: hostileLogin, name: settableName });
const version = fc.constant(1);

/** Owners choose the names of their tokens. */
export const apiToken = fc
  .record({
    id: fc.stringMatching(/^[A-Za-z0-9]{1,22}$/),
    name: fc.oneof(hostileName, fc.constant(null)),
    scope: fc.oneof(hostileText, fc.constant('global')),
    services: fc.oneof(fc.constant([]), fc.array(hostileText, { maxLength: 3 })),
    created_at: moment,
    last_used_at: moment,
    expires_at: moment,
  })
  .map((each) => ApiToken.parse(each));
const snapshot = fc
  .array(apiToken, { maxLength: 20 })
  .map((tokens) => tokenSnapshot(tokens, 1_800_000_000_000));
const listed = snapshot.map(({ tokens }) => tokens);

const action = fc
  .oneof(
    fc.record({ user, shown: fc.oneof(snapshot, fc.constant(null)), yes: fc.boolean() }).map((of) => ({
      kind: 'delete-with-tokens',
      version: 1,
      target: targetOf(of.user),
      shown: of.shown,
      revokeFirst: of.yes,
      laterTokens: !of.yes,
    })),
    fc.record({ user, shown: snapshot }).map((of) => ({
      kind: 'revoke',
      version: 1,
      target: TokenOwner.parse(targetOf(of.user)),
      shown: of.shown,
    })),
    user.map((each) => ({ kind: 'delete', version: 1, target: targetOf(each) })),
    fc.array(user, { minLength: 1, maxLength: 30 }).map((each) => ({
      kind: each.length > 5 ? 'lock-several' : 'lock-few',
      version: 1,
      target: { id: null, login: `${each.length} users`, name: `${each.length} users` },
      targets: each.map(targetOf),
      days: 90,
    })),
    fc.record({ user, changes: settings, kind: fc.constantFrom('promote', 'demote') }).map((of) => ({
      kind: of.kind,
      by: 'update',
      version: 1,
      target: targetOf(of.user),
      before: settingsOf(of.user),
      changes: of.changes,
    })),
    fc.record({
      kind: fc.constant('promote'),
      by: fc.constantFrom('creation', 'invitation'),
      version,
      target: newcomer,
      changes: settings,
    }),
  )
  .map((each) => Action.parse(each));

const obstacle = fc.oneof(
  fc.constantFrom(
    ...[
      { kind: 'gone' },
      { kind: 'exists', as: 'user' },
      { kind: 'only-invited' },
      { kind: 'protected', protection: 'owner' },
      { kind: 'rights', whose: 'approvers' },
      { kind: 'rules' },
      { kind: 'no-tokens' },
    ].map((each) => Obstacle.parse(each)),
  ),
  fc
    .array(
      fc.record({
        field: fc.constantFrom('login', 'name', 'role', 'roles', 'lock'),
        approved: hostileText,
        found: hostileText,
      }),
      { maxLength: 4 },
    )
    .map((differences) => Obstacle.parse({ kind: 'changed', differences })),
);

const left = fc.record({ ended: fc.nat({ max: 3 }), left: fc.oneof(listed, fc.constant(null)) });

/** Sentences that the bot has stored have been made plain, but whatever wrote the row is not known for sure. */
const why = hostileText;
const yesNo = fc.boolean();
const far = fc.constantFrom(0, 1_800_000_000_000, 8_000_000_000_000_000);

const run = fc.record(
  {
    locked: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    left: fc.array(fc.record({ id: fc.constant('c'), login: hostileLogin, why }), { maxLength: 20 }),
    stoppedBy: admin,
    unlocked: fc.constant(['a']),
  },
  { requiredKeys: ['locked', 'left'] },
);

const state = fc
  .oneof(
    fc.record({ kind: fc.constant('pending'), remindAt: fc.constant(null) }),
    fc.record({
      kind: fc.constant('approved'),
      notBefore: far,
      mayBeDone: yesNo,
      postponed: fc.nat({ max: 2 }),
    }),
    fc.record({ kind: fc.constant('completed'), found: yesNo }),
    fc.record({ kind: fc.constant('completed'), found: yesNo, tokens: left }),
    fc.record({ kind: fc.constant('completed'), found: yesNo, run }),
    fc.record({
      ...{ kind: fc.constant('executing'), claim: fc.constant('c'), leaseUntil: far, mayBeDone: yesNo },
      ...{ postponed: fc.nat({ max: 2 }), run },
    }),
    fc.record({ kind: fc.constant('failed'), why, unclear: yesNo, mayBeDone: yesNo, retryable: yesNo }),
    fc.record({
      ...{ kind: fc.constant('failed'), why, unclear: yesNo, mayBeDone: yesNo, retryable: yesNo },
      revoked: fc.nat({ max: 3 }),
    }),
    fc.record({ kind: fc.constant('refused'), obstacle }),
    fc.record({ kind: fc.constant('denied'), by: admin, reason }),
    fc.record({ kind: fc.constant('cancelled'), why: fc.oneof(why, fc.constant(null)), comment }),
    fc.record({ kind: fc.constant('expired') }),
  )
  .map((each) => State.parse(each));

const event = fc
  .oneof(
    fc.record({ kind: fc.constant('approved'), given: fc.nat({ max: 3 }), comment }),
    fc.record({ kind: fc.constantFrom('reminded', 'retried', 'closed', 'expired', 'filed') }),
    fc.record({ kind: fc.constant('postponed'), until: far, unclear: yesNo }),
    fc.record({ kind: fc.constant('completed'), found: yesNo }),
    fc.record({ kind: fc.constant('completed'), found: yesNo, tokens: left }),
    fc.record({ kind: fc.constant('completed'), found: yesNo, run }),
    fc.record({ kind: fc.constant('stopped') }),
    fc.record({ kind: fc.constant('unlocked'), users: fc.nat({ max: 3 }) }),
    fc.record({ kind: fc.constant('asked-again'), unseen: listed }),
    fc.record({ kind: fc.constant('revoked'), revoked: fc.nat({ max: 3 }) }),
    fc.record({ kind: fc.constant('failed'), why, unclear: yesNo }),
    fc.record({ kind: fc.constant('refused'), obstacle }),
    fc.record({ kind: fc.constant('denied'), reason }),
    fc.record({ kind: fc.constant('cancelled'), why: fc.oneof(why, fc.constant(null)), comment }),
    fc.record({ kind: fc.constant('locked'), comment }),
  )
  .map((each) => Event.parse(each));

export const step: fc.Arbitrary<Step> = fc.record({
  request: fc.constant(RequestId.parse('K7Q2-9FMX')),
  number: fc.nat({ max: 9 }),
  at: far,
  actor: fc.oneof(admin, fc.constant(null)),
  event,
});

export const request: fc.Arbitrary<ApprovalRequest> = fc.record({
  id: fc.constant(RequestId.parse('K7Q2-9FMX')),
  action,
  requester: admin,
  reason,
  channel: fc.constant(CHANNEL),
  approvalsRequired: fc.constantFrom(1, 2),
  terms: fc.constantFrom(null, { selfApproval: false, about: [ADMINS[1] ?? MemberId.parse('U1')] }),
  approvers: fc.subarray(ADMINS),
  comments: fc.array(fc.tuple(admin, comment), { maxLength: 3 }).map((each) => new Map(each)),
  state,
  version: fc.nat({ max: 9 }),
  filedAt: far,
  expiresAt: far,
});

export const change: fc.Arbitrary<Change> = fc
  .record({
    user,
    settings: settings.filter((each) => Object.keys(each).length > 0),
    reason,
    kind: fc.constantFrom(...ChangeKind.options),
    caller: admin,
  })
  .map(({ user: { id: userId, login, name, ...seen }, settings: wanted, ...of }) => ({
    ...of,
    deliveryKey: 'trigger-1',
    target: { id: userId, login, name: name ?? '' },
    settings: wanted,
    before: settingsOf({ name, ...seen }),
    reference: 'K7Q2-9FMX',
  }));

export const lockSteps: fc.Arbitrary<StepRecord[]> = fc.subarray([...LockStep.options]).chain((steps) =>
  fc.tuple(
    ...steps.map((step) =>
      fc.record({
        step: fc.constant(step),
        state: fc.constantFrom('waiting', 'open', 'done', 'failed', 'unknown'),
        tokens: fc.nat({ max: 8 }),
      }),
    ),
  ),
);

export const settlement: fc.Arbitrary<Settlement> = fc.record({
  kind: fc.constantFrom('done', 'failed', 'unknown'),
});

/** An entry of the audit log of any version, the details as they come. */
export const auditLine: fc.Arbitrary<AuditLine> = fc.record({
  seq: fc.nat(),
  at: far,
  actor: fc.oneof(admin, fc.constant(null)),
  change: fc.constantFrom(
    'delete',
    'delete-with-tokens',
    'promote',
    'demote',
    'revoke',
    ...ChangeKind.options,
  ),
  event: fc.constantFrom(
    'filed',
    'approved',
    'denied',
    'failed',
    'refused',
    'cancelled',
    'done',
    'unknown',
    'begun',
  ),
  target: fc.record({ id: fc.constant(null), login: hostileText, name: hostileText }),
  details: fc.oneof(
    fc.record(
      {
        reason: hostileText,
        comment: hostileText,
        why,
        settings,
        before: user.map(settingsOf),
        request: hostileText,
      },
      { requiredKeys: [] },
    ),
    fc.record({
      obstacle,
      why,
      unclear: yesNo,
      found: yesNo,
      verb: fc.constantFrom('lock', 'invite', undefined),
    }),
    fc.dictionary(hostileText, hostileJson, { maxKeys: 3 }),
  ),
});
