import type { Logger } from 'pino';
import type { Approvals } from '../../approvals/approvals.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { Intents } from '../../changes/intents.ts';
import type { Promotions } from '../../changes/promotions.ts';
import type { Times } from '../../config/times.ts';
import type { Directory } from '../../directory/directory.ts';
import type { AccountTokens } from '../../fastly/account-tokens.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import type { UserId } from '../../fastly/user.ts';
import type { ChannelId, MemberId } from '../../ids.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { AuditPages } from '../../store/audit-page.ts';
import type { BotAdmins } from '../bot-admins/bot-admins.ts';
import type { SlackClients } from '../connection/clients.ts';
import type { Conversations } from '../connection/conversations.ts';
import type { Members } from '../connection/members.ts';
import type { Posting } from '../connection/posting.ts';
import type { Outbox } from './outbox.ts';

/** What every subcommand works with. */
export type Services = {
  fastly: FastlyClient;
  /** Asks Fastly for a user's tokens that have not expired. @throws {FastlyError} */
  liveTokensOf(id: UserId): Promise<AccountTokens>;
  directory: Directory;
  slack: SlackClients;
  conversations: Conversations;
  members: Members;
  botAdmins: BotAdmins;
  posting: Posting;
  /** Sends answers, and goes on with those that Slack does not take yet. */
  outbox: Outbox;
  approvals: Approvals;
  intents: Intents<ApprovalRequest>;
  /** Roles that were given for a time. */
  promotions: Promotions;
  auditPages: AuditPages;
  /** The names of the subcommands that this installation does without (`DISABLED_COMMANDS`). */
  disabled: ReadonlySet<string>;
  /** Told when a bot admin looks at their Home tab. `hash` stands for what it shows then. */
  homes: { opened(member: MemberId, hash: string | null): Promise<void> };
  approvalsChannel: ChannelId | null;
  confirmationsChannel: ChannelId | null;
  metrics: Metrics;
  times: Times;
  log: Logger;
};
