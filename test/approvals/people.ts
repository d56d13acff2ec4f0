import type { Newcomer } from '../../src/approvals/action.ts';
import type { ApprovalPolicy } from '../../src/approvals/policy.ts';
import { type ApprovalRequest, RequestId } from '../../src/approvals/request.ts';
import type { CurrentSettings } from '../../src/changes/settings.ts';
import type { Target } from '../../src/changes/target.ts';
import { ChannelId, MemberId } from '../../src/ids.ts';

export const NORA = MemberId.parse('U0NORA001');
export const TOMAS = MemberId.parse('U0TOMAS01');
export const PRIYA = MemberId.parse('U0PRIYA01');
export const AIDA = MemberId.parse('U0AIDA001');
export const SUPERUSERS = [NORA, TOMAS, PRIYA, AIDA];

export const CDN_TEAM = ChannelId.parse('C0CDNTEAM');
export const ELSEWHERE = ChannelId.parse('C0ELSEWHERE');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const POLICY: ApprovalPolicy = {
  botAdmins: SUPERUSERS,
  requiredFor: ['delete'],
  mentioned: 'all',
  reasonRequiredFor: [],
  approvalsRequired: 1,
  allowSelfApproval: false,
  ttl: 24 * HOUR,
  reminder: 4 * HOUR,
  lease: MINUTE,
};

export const ENGINEER: Target = {
  id: 'grace1',
  login: 'grace@example.com',
  name: 'Grace Example',
  role: 'engineer',
  locked: false,
  twoFactor: true,
  lastActiveAt: '2026-01-02T03:04:05Z',
};

/** What the engineer has of all that can be set. */
export const CURRENT: CurrentSettings = {
  name: 'Grace Example',
  role: 'engineer',
  limit_services: false,
  locked: false,
  require_new_password: null,
  two_factor_auth_enabled: true,
  two_factor_setup_required: null,
};

/** What a user has of whom Fastly has nothing set. */
export const NOTHING_SET: CurrentSettings = {
  name: null,
  role: null,
  limit_services: null,
  locked: null,
  require_new_password: null,
  two_factor_auth_enabled: null,
  two_factor_setup_required: null,
};

/** Who is no user yet. */
export const NEWCOMER: Newcomer = { id: null, login: 'linus@example.com', name: 'Linus Example' };

/** Whose deletion leaves the account with one Fastly superuser less. */
export const FASTLY_SUPERUSER: Target = {
  ...ENGINEER,
  id: 'ada1',
  login: 'ada@example.com',
  role: 'superuser',
};

/** A request of Nora's that was filed at 0 and waits for one approval. */
export function pendingRequest(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: RequestId.parse('K7Q2-9FMX'),
    action: { kind: 'delete', version: 1, target: ENGINEER },
    requester: NORA,
    reason: null,
    channel: CDN_TEAM,
    approvalsRequired: 1,
    terms: null,
    approvers: [],
    comments: new Map(),
    state: { kind: 'pending', remindAt: POLICY.reminder },
    version: 1,
    filedAt: 0,
    expiresAt: POLICY.ttl,
    ...changes,
  };
}
