import type { HomeView, KnownBlock } from '@slack/types';
import type { StoredRequest } from '../approvals/newer.ts';
import type { ApprovalPolicy } from '../approvals/policy.ts';
import type { Listed } from '../approvals/request.ts';
import type { PromotionShown } from '../changes/promotion.ts';
import type { Figures } from '../directory/filter.ts';
import type { MemberId } from '../ids.ts';
import type { AuditLine } from '../store/audit-page.ts';
import { approvalEntry } from './approval-message.ts';
import { auditText } from './audit-text.ts';
import { button, header } from './kit/blocks.ts';
import { context } from './kit/message.ts';
import { label } from './kit/plain.ts';
import { bold, code, counted, date, plainText, richText, type Sentence, say } from './kit/sentence.ts';
import { promotionLines } from './promotion-text.ts';
import { rolesText, unreadableText } from './user-text.ts';

/** A Home tab holds 100 blocks (docs.slack.dev): three a request with its divider, and twelve for the rest. */
export const MOST_ON_HOME = { waiting: 20, own: 10 };

/** An open request with a link to its message. */
export type Placed = { request: StoredRequest; where: Sentence };

export type HomeContent = {
  member: MemberId;
  policy: ApprovalPolicy;
  /** From the database; null where it cannot be reached. */
  recorded: {
    waiting: Listed<Placed>;
    own: Listed<Placed>;
    /** Newest first. */
    changes: readonly AuditLine[];
    /** Roles that end, the next one first. */
    promotions: readonly PromotionShown[];
  } | null;
  figures: FiguresAtHand;
  quickActions: readonly QuickAction[];
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  at: Date;
};

/** The account in figures. `late`: not known yet. `unknown`: `why` is for people. */
export type FiguresAtHand =
  | { kind: 'known'; figures: Figures }
  | { kind: 'late' }
  | { kind: 'unknown'; why: Sentence };

export type QuickAction = { text: string; actionId: string };

/** docs.slack.dev, section block. */
const SECTION_LENGTH = 3_000;

export function plainHome(sentence: Sentence): HomeView {
  return { type: 'home', blocks: [{ type: 'section', text: label(plainText(sentence), SECTION_LENGTH) }] };
}

/** What a bot admin reads in place of their Home tab. */
export const HOME_NOT_SHOWN = say`Slack didn't accept this Home tab. Run /fastly-user help to see all commands.`;

export function homeView(content: HomeContent): HomeView {
  const { recorded, quickActions, at } = content;
  return {
    type: 'home',
    blocks: [
      ...(recorded === null
        ? [richText(DATABASE_AWAY)]
        : [
            ...requestBlocks(
              'Waiting for you',
              say`🌱 Nothing is waiting for you.`,
              recorded.waiting,
              content,
            ),
            ...requestBlocks('Your open requests', say`You have no open requests.`, recorded.own, content),
          ]),
      ...quickActionBlocks(quickActions),
      ...(recorded === null ? [] : changesBlocks(recorded.changes, content)),
      header('The account'),
      richText(
        ...figuresLines(content.figures),
        ...promotionLines(recorded?.promotions ?? [], content.disabled),
      ),
      context(
        say`As of ${date(at)}. Updates automatically. Changes made directly in Fastly appear when you reopen this tab.`,
      ),
    ],
  };
}

const DATABASE_AWAY = say`⚠️ The bot's database can't be reached. Requests and changes appear here once it's back.`;

function requestBlocks(
  title: string,
  nothing: Sentence,
  { shown, more }: Listed<Placed>,
  content: HomeContent,
): KnownBlock[] {
  const oldest = say`These are the oldest ${shown.length} of ${shown.length + more}. The others move up when these are closed.`;
  return [
    header(title),
    ...(shown.length === 0 ? [richText(nothing)] : entries(shown, content)),
    ...(more === 0 ? [] : [context(oldest)]),
  ];
}

function entries(shown: readonly Placed[], { member, policy }: HomeContent): KnownBlock[] {
  return shown.flatMap(({ request, where }, place): KnownBlock[] => [
    ...(place === 0 ? [] : [{ type: 'divider' } as const]),
    ...approvalEntry(request, where, member, policy),
  ]);
}

function quickActionBlocks(quickActions: readonly QuickAction[]): KnownBlock[] {
  if (quickActions.length === 0) return [];
  const elements = quickActions.map(({ text, actionId }) => button({ actionId, text, value: actionId }));
  return [header('Quick actions'), { type: 'actions', elements }];
}

function changesBlocks(changes: readonly AuditLine[], { disabled }: HomeContent): KnownBlock[] {
  const [first, ...others] = changes.map(auditText);
  if (first === undefined) return [header('Latest changes'), richText(say`There are no changes yet.`)];
  const more = disabled.has('audit') ? [] : [context(say`Run ${code('/fastly-user audit')} to see more.`)];
  return [header('Latest changes'), richText(first, ...others), ...more];
}

function figuresLines(at: FiguresAtHand): Sentence[] {
  if (at.kind === 'late') return [say`Fastly is slow to answer. The figures will follow.`];
  if (at.kind === 'unknown') return [say`⚠️ The figures aren't available. ${at.why}`];
  const { users, byRole, locked, withoutTwoFactor, neverActive } = at.figures;
  return [
    say`${bold(counted(users, 'user'))}${unreadableText(at.figures)}`,
    ...(byRole.length === 0 ? [] : [rolesText(at.figures)]),
    say`${bold(String(locked))} locked  ·  ${bold(String(withoutTwoFactor))} without 2FA  ·  ${bold(String(neverActive))} never active`,
  ];
}
