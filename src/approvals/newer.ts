import type { ChannelId, MemberId } from '../ids.ts';
import type { ApprovalRequest, RequestId } from './request.ts';

/**
 * A request that a newer version of the bot stored and this one can't read whole: its kind, its state, a field or an
 * event of its history is unknown here. People are shown that it needs the newer version. Nothing else is done with it.
 */
export type NewerRequest = {
  needsNewerVersion: true;
  id: RequestId;
  /** Null where even that has a form this version doesn't know. */
  requester: MemberId | null;
  channel: ChannelId | null;
};

export type StoredRequest = ApprovalRequest | NewerRequest;

export function isNewer(request: StoredRequest): request is NewerRequest {
  return 'needsNewerVersion' in request;
}

/** Thrown by whatever would work on a `NewerRequest`, so that nothing does. */
export class NeedsNewerVersion extends Error {
  readonly request: RequestId;

  constructor({ id }: NewerRequest) {
    super(`request ${id} needs a newer version of the bot`);
    this.name = 'NeedsNewerVersion';
    this.request = id;
  }
}
