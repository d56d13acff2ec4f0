import type { Logger } from 'pino';
import type { Approvals } from '../../approvals/approvals.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { Intents } from '../../changes/intents.ts';
import type { Promotions } from '../../changes/promotions.ts';
import type { Times } from '../../config/times.ts';
import type { Directory } from '../../directory/directory.ts';
import type { AccountTokens } from '../../fastly/account-tokens.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import type { User, UserId } from '../../fastly/user.ts';
import type { ChannelId, MemberId } from '../../ids.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { AuditPages } from '../../store/audit-page.ts';
import type { Leaver, LeaverCounts } from '../../store/leavers/leavers.ts';
import type { ReportBook } from '../../store/reports.ts';
import type { BotAdmins } from '../bot-admins/bot-admins.ts';
import type { FoundLeaver } from '../bot-admins/presence.ts';
import type { SlackClients } from '../connection/clients.ts';
import type { Conversations } from '../connection/conversations.ts';
import type { Members } from '../connection/members.ts';
import type { Posting } from '../connection/posting.ts';
import type { Outbox } from './outbox.ts';

/** `kept`: by whom and why, where a bot admin has decided so. */
export type LeftUser = FoundLeaver & Pick<Leaver, 'kept'>;

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
  promotions: Promotions;
  auditPages: AuditPages;
  reports: ReportBook;
  /** The names of the subcommands that this installation does without (`DISABLED_COMMANDS`). */
  disabled: ReadonlySet<string>;
  /** Told when a bot admin looks at their Home tab. `hash` stands for what it shows then. */
  homes: { opened(member: MemberId, hash: string | null): Promise<void> };
  leavers: {
    /** Told that something about a member has changed. `hasLeft`: Slack says that they are gone from the workspace. */
    changed(change: { member: MemberId; hasLeft: boolean; address: string | null }): void;
    /** Told that the bot knows who a user is, and which member that is where it knows it. Never throws. */
    met(user: Pick<User, 'id' | 'login'>, member?: MemberId): void;
    /** Told that a user was created with this address, or invited. Never throws. */
    admitted(address: string): void;
    /** Told that an invitation to this address was withdrawn. Never throws. */
    withdrawn(address: string): void;
    /** A leaver as they are now, of whom Slack was asked, and of their address; null where there is none. @throws {StoreUnavailable} */
    asOfNow(id: string): Promise<Leaver | null>;
    /** Keeps the user. Null where they are no leaver any more, or kept already. @throws {StoreUnavailable} */
    keep(id: string, by: MemberId, reason: string): Promise<Leaver | null>;
    /** Has the message about a leaver show what is the case now. @throws {StoreUnavailable} */
    showAgain(id: string): Promise<void>;
    /** Null where nobody looks for leavers, so they are not known. @throws {StoreUnavailable} */
    counted(): Promise<LeaverCounts | null>;
    /**
     * Everybody who left and whose email is a login. @throws where Slack or Fastly doesn't answer
     *
     * @param atMost how old Slack's list of members may be, in milliseconds
     */
    all(atMost: number): Promise<LeftUser[]>;
  };
  approvalsChannel: ChannelId | null;
  confirmationsChannel: ChannelId | null;
  metrics: Metrics;
  times: Times;
  log: Logger;
};
