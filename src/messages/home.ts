import type { HomeView, KnownBlock } from '@slack/types';
import type { ApprovalRequest } from '../approvals/request.ts';
import { mayApprove, type Policy } from '../approvals/rules.ts';
import type { Figures } from '../directory/figures.ts';
import type { MemberId } from '../ids.ts';
import type { AuditLine } from '../store/audit-page.ts';
import { approvalEntry } from './approval-entry.ts';
import { auditWords } from './audit-words.ts';
import { button, header } from './kit/blocks.ts';
import { context } from './kit/message.ts';
import { bold, code, date, richText, type Sentence, say } from './kit/sentence.ts';
import { rolesWords } from './role-words.ts';
import { userCount } from './user-words.ts';

/**
 * Of the 100 blocks that a Home tab holds (docs.slack.dev, home tab views) each takes three with its divider, in the
 * last one's place that there are more, and the rest takes ten.
 */
const MOST_WAITING = 20;
const MOST_OWN = 10;

/** Open requests, the oldest of them, and how many more there are. */
export type Listed<Item> = { shown: readonly Item[]; more: number };

/** An open request, and where its message is. */
export type Placed = { request: ApprovalRequest; where: Sentence };

/** What the Home of one member is drawn from. */
export type HomeContent = {
  member: MemberId;
  policy: Policy;
  /** What the database knows; null where it cannot be reached. */
  recorded: {
    waiting: Listed<Placed>;
    own: Listed<Placed>;
    /** Newest first. */
    changes: readonly AuditLine[];
  } | null;
  figures: FiguresAtHand;
  quickActions: readonly QuickAction[];
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  at: Date;
};

/** The account in figures; `late`: they will come, `unknown`: in words for people. */
export type FiguresAtHand =
  | { kind: 'known'; figures: Figures }
  | { kind: 'late' }
  | { kind: 'unknown'; why: Sentence };

/** A button that opens a form. */
export type QuickAction = { text: string; actionId: string };

/**
 * Of all open requests, oldest first: those that wait for this member to approve or to retry them, and what else they
 * have asked for themselves. None is in both.
 */
export function requestsFor(
  member: MemberId,
  open: readonly ApprovalRequest[],
  policy: Policy,
): { waiting: Listed<ApprovalRequest>; own: Listed<ApprovalRequest> } {
  const waits = (request: ApprovalRequest) =>
    request.state.kind === 'pending'
      ? mayApprove(request, policy).includes(member)
      : request.state.kind === 'failed' && request.requester !== member;
  const own = open.filter((request) => request.requester === member && !waits(request));
  return { waiting: listed(open.filter(waits), MOST_WAITING), own: listed(own, MOST_OWN) };
}

function listed<Item>(items: readonly Item[], most: number): Listed<Item> {
  return { shown: items.slice(0, most), more: Math.max(0, items.length - most) };
}

/** A superuser's Home tab. */
export function homeView(content: HomeContent): HomeView {
  const { recorded, quickActions, at } = content;
  return {
    type: 'home',
    blocks: [
      ...(recorded === null
        ? [richText(DATABASE_AWAY)]
        : [...waitingBlocks(recorded.waiting, content), ...ownBlocks(recorded.own, content)]),
      ...quickActionBlocks(quickActions),
      ...(recorded === null ? [] : changesBlocks(recorded.changes, content)),
      header('The account'),
      richText(...figuresLines(content.figures)),
      context(
        say`As of ${date(at)}. This page follows what I do by itself; what others do in Fastly shows when it is opened again.`,
      ),
    ],
  };
}

const DATABASE_AWAY = say`⚠️ My own database cannot be reached, so I cannot show what waits for you and what has changed. This page shows it as soon as I can.`;

function waitingBlocks({ shown, more }: Listed<Placed>, content: HomeContent): KnownBlock[] {
  return [
    header('Waits for you'),
    ...(shown.length === 0 ? [richText(say`Nothing waits for you. 🌱`)] : entries(shown, content)),
    ...(more === 0
      ? []
      : [
          context(
            say`These are the oldest ${shown.length}; ${more} more wait, and move up as these are decided. ${listsOpen(content)}`,
          ),
        ]),
  ];
}

function ownBlocks({ shown, more }: Listed<Placed>, content: HomeContent): KnownBlock[] {
  return [
    header('Your open requests'),
    ...(shown.length === 0
      ? [richText(say`You have asked for nothing that is still open.`)]
      : entries(shown, content)),
    ...(more === 0
      ? []
      : [
          context(
            say`These are the oldest ${shown.length}; ${more} more of yours are open, and move up as these end. ${listsOpen(content)}`,
          ),
        ]),
  ];
}

function listsOpen({ disabled }: HomeContent): Sentence {
  return disabled.has('approvals') ? say`` : say`${code('/fastly-user approvals')} lists the oldest of all.`;
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
  const [first, ...others] = changes.map(auditWords);
  if (first === undefined) return [header('Latest changes'), richText(say`I have not changed anything yet.`)];
  const more = disabled.has('audit') ? [] : [context(say`${code('/fastly-user audit')} shows more.`)];
  return [header('Latest changes'), richText(first, ...others), ...more];
}

function figuresLines(figures: FiguresAtHand): [Sentence, ...Sentence[]] {
  switch (figures.kind) {
    case 'late':
      return [say`Fastly is slow to answer just now. The figures follow.`];
    case 'unknown':
      return [say`⚠️ I have no figures now. ${figures.why}`];
    case 'known':
      return figuresWords(figures.figures);
  }
}

function figuresWords(figures: Figures): [Sentence, ...Sentence[]] {
  const { users, byRole, locked, withoutTwoFactor, neverActive } = figures;
  return [
    say`${bold(userCount(users))}`,
    ...(byRole.length === 0 ? [] : [rolesWords(figures)]),
    say`${bold(String(locked))} locked  ·  ${bold(String(withoutTwoFactor))} without two-factor  ·  ${bold(String(neverActive))} never active`,
  ];
}
