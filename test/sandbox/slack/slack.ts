import type { JsonObject } from '../control/protocol.ts';
import type { Deliveries } from './delivery.ts';
import type { Manifest } from './manifest.ts';
import type { ResponseUrls } from './response-url.ts';
import type { TriggerIds } from './trigger.ts';
import type { Views } from './views.ts';
import type { Workspace } from './workspace.ts';

/** Everything one running workspace consists of. */
export type Slack = {
  /** The workspace belongs to an Enterprise organisation. */
  organisation: boolean;
  /** The bot token is of an install for the whole organisation. */
  orgWide: boolean;
  manifest: Manifest;
  /** Milliseconds since 1970 on the sandbox's clock. */
  now: () => number;
  workspace: Workspace;
  views: Views;
  triggers: TriggerIds;
  responseUrls: ResponseUrls;
  deliveries: Deliveries;
  /** The options last offered to a member, by `offerKey`. */
  offered: Map<string, JsonObject[]>;
  /** The deprecated verification token that payloads still carry. */
  verificationToken: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
};

export const offerKey = (memberId: string, blockId: string, actionId: string) =>
  JSON.stringify([memberId, blockId, actionId]);
