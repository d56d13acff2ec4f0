import type { Logger } from 'pino';
import type { Approvals } from '../approvals/approvals.ts';
import type { Directory } from '../directory/directory.ts';
import type { FastlyClient } from '../fastly/client.ts';
import type { ChannelId, MemberId } from '../ids.ts';
import type { AuditPages } from '../store/audit-page.ts';
import type { Intents } from '../store/intents.ts';
import type { SlackClients } from './clients.ts';
import type { Conversations } from './conversations.ts';
import type { Delivery } from './delivery.ts';
import type { Caller } from './incoming.ts';
import type { NewerBlocks } from './newer-blocks.ts';
import type { Origin } from './origin.ts';
import { Reply } from './reply.ts';

/** What every subcommand works with. */
export type Services = {
  fastly: FastlyClient;
  directory: Directory;
  slack: SlackClients;
  conversations: Conversations;
  newerBlocks: NewerBlocks;
  approvals: Approvals;
  intents: Intents;
  auditPages: AuditPages;
  /** The names of the subcommands that this installation does without (`DISABLED_COMMANDS`). */
  disabled: ReadonlySet<string>;
  /** Told when a superuser looks at their Home tab. */
  homes: { opened(member: MemberId): Promise<void> };
  approvalsChannel: ChannelId | null;
  confirmationsChannel: ChannelId | null;
  log: Logger;
};

/** One thing that an authorized caller asks for, and the way back to them. */
export type Request = {
  /** Names this request in the log and in what the caller is told. */
  reference: string;
  /** The same for the same delivery, should it come twice: a change is made once for each. */
  deliveryKey: string;
  caller: Caller;
  origin: Origin;
  reply: Reply;
  services: Services;
  log: Logger;
};

export function newRequest(
  services: Services,
  { reference, deliveryKey, caller }: Pick<Delivery, 'reference' | 'deliveryKey' | 'caller'>,
  { origin, responseUrl }: { origin: Origin; responseUrl: string | null },
): Request {
  const log = services.log.child({ reference, caller: caller.memberId, channel: origin.channel });
  const reply = new Reply(services, log, { caller, origin, responseUrl });
  return { reference, deliveryKey, caller, origin, reply, services, log };
}
