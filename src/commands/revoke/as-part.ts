import { MOST_REVOKED } from '../../changes/token-revocation.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Services } from '../../slack/replies/services.ts';
import { isApprovalRequired } from '../approvals/filing.ts';

/**
 * Why another command may not have tokens revoked; null where it may.
 *
 * @param by what the request is that would revoke them as a part of it; null where a request of its own does
 */
export function whyNotRevoked(services: Services, by: 'delete' | 'demote' | null): Sentence | null {
  if (services.disabled.has('revoke')) {
    return say`${code('revoke')} is disabled in this workspace, so no API token can be revoked.`;
  }
  if (by === null || !isApprovalRequired(services, 'revoke') || isApprovalRequired(services, by)) return null;
  return say`API tokens can't be revoked as a part of this, because revoking tokens needs approval here.`;
}

/** Why so many tokens are not revoked by one request. @param count more than `MOST_REVOKED` */
export function tooManyText(count: number): Sentence {
  return say`One request revokes ${MOST_REVOKED} tokens at most, and these are ${count}. Nothing was requested. Choose fewer with ${code('/fastly-user revoke')}, and then the others.`;
}
