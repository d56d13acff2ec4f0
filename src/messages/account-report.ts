import type { Button, KnownBlock } from '@slack/types';
import type { ActionKind } from '../approvals/action.ts';
import type { ChangeKind } from '../changes/change.ts';
import type { PromotionCounts } from '../changes/promotion.ts';
import {
  type AccountFigures,
  type COUNTED_TOKENS,
  COUNTED_USERS,
  type Count,
  EXPIRING_DAYS,
  IDLE_DAYS,
  type TokenFigures,
} from '../directory/account-figures.ts';
import { button, field } from './kit/blocks.ts';
import { context, type Message, message } from './kit/message.ts';
import { pieChartMessage, type Segment } from './kit/pie-chart.ts';
import { cut, plain } from './kit/plain.ts';
import {
  bold,
  counted,
  date,
  day,
  enumerate,
  plainText,
  richText,
  type Sentence,
  say,
  sideBySide,
} from './kit/sentence.ts';
import { type Around, tableMessage, textCell } from './kit/table.ts';
import { settingValue } from './settings-text.ts';
import { rolesText, unreadableText } from './user-text.ts';

/** What a report is drawn from. No name is in it: it may be for a whole channel. */
export type AccountReport = {
  figures: AccountFigures;
  promotions: PromotionCounts;
  /** Null where nobody looks for them. `isFirst`: there may be more. */
  leavers: { all: number; kept: number; isFirst: boolean } | null;
  /** What the bot has changed after `since` (Unix milliseconds), by the kinds that the audit log names. */
  changes: { since: number; byKind: readonly { kind: string; count: number }[] };
  /** When this one was due by the schedule, and when the next one is; null where none is. */
  due: Date | null;
  next: Date | null;
  at: Date;
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
};

type Counted = keyof typeof COUNTED_USERS | keyof typeof COUNTED_TOKENS;

const LABELS: Record<Counted, string> = {
  superusers: 'Fastly superusers',
  'without-2fa': 'Without 2FA',
  locked: 'Locked',
  idle: 'Idle users',
  'idle-tokens': 'Idle API tokens',
  'expiring-tokens': 'Expiring API tokens',
};

/** The buttons that show who is counted. They carry nothing: each stands for one filter. */
export const namesButton = (counted: string) => `report.${counted}`;
export const PROMOTIONS_BUTTON = 'report.promotions';
export const LEAVERS_BUTTON = 'report.leavers';
export const CHANGES_BUTTON = 'report.changes';

const PROMOTIONS = 'Roles that end';
const LEAVERS = 'Left Slack';

/** The account in figures, with a chart of its roles; a table of them where Slack takes no chart. */
export function accountReport(report: AccountReport): Message {
  const { users } = report.figures;
  const around = {
    headline: say`📊 ${bold(counted(users.users, 'user'))} in the Fastly account${unreadableText(users)}`,
    above: users.byRole.length === 0 ? [] : [richText(rolesText(users))],
    below: belowChart(report),
  };
  const segments = roleSegments(report.figures);
  if (segments.length === 0) {
    const { headline, above, below } = around;
    return { ...message(headline), blocks: [richText(headline), ...above, ...below] };
  }
  return pieChartMessage('Users by role', segments, around, roleTable(segments, around));
}

function roleSegments({ users }: AccountFigures): Segment[] {
  const withRole = users.byRole.reduce((sum, each) => sum + each.users, 0);
  const none = users.users - withRole;
  const segments = users.byRole.map((each) => ({
    label: plainText(settingValue('role', each.role)),
    value: each.users,
  }));
  return [...segments, ...(none > 0 ? [{ label: 'no role', value: none }] : [])].toSorted(
    (one, other) => other.value - one.value,
  );
}

/** So many roles have a row of their own. */
const MOST_ROLES = 20;
const ROLE_LENGTH = 40;

function roleTable(segments: readonly Segment[], around: Around): Message {
  const shown = segments.slice(0, MOST_ROLES);
  const label = (segment: Segment) => cut(plain(segment.label), ROLE_LENGTH);
  const table = {
    caption: 'Users by role',
    header: ['Role', 'Users'],
    rows: shown.map((each) => [textCell(label(each)), textCell(String(each.value))]),
    lines: shown.map((each) => say`${label(each)}: ${each.value}`),
    rowHeader: 0,
    wrapped: 1,
  };
  return tableMessage(table, around);
}

function belowChart(report: AccountReport): KnownBlock[] {
  const { figures, promotions, leavers, changes } = report;
  const { tokens } = figures;
  const fields = [
    ...entries(figures.counts).map(([counted, count]) => field(LABELS[counted], countText(count))),
    field(PROMOTIONS, promotionsText(promotions)),
    ...(leavers ? [field(`${LEAVERS}, still in Fastly`, leaversText(leavers))] : []),
    field('API tokens', tokensText(tokens)),
    ...(tokens
      ? entries(tokens.counts).map(([counted, count]) => field(LABELS[counted], countText(count)))
      : []),
  ];
  const buttons = reportButtons(report);
  return [
    { type: 'section', fields },
    richText(changesText(changes)),
    ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons } as const] : []),
    context(footnote(report)),
  ];
}

function entries<Key extends Counted>(counts: Record<Key, Count>): [Key, Count][] {
  const keys = Object.keys(LABELS).filter((key): key is Key => key in counts);
  return keys.map((key) => [key, counts[key]]);
}

/** '5', or '5, and 2 not known' where Fastly says too little of some. */
function countText({ fitting, unknown }: Count): Sentence {
  return unknown === 0 ? say`${fitting}` : say`${fitting}, and ${unknown} not known`;
}

/** '3, of them 1 overdue and 1 to be checked' */
function promotionsText({ all, overdue, toCheck }: PromotionCounts): Sentence {
  return withParts(say`${all}`, [
    ...(overdue > 0 ? [say`${overdue} overdue`] : []),
    ...(toCheck > 0 ? [say`${toCheck} to be checked`] : []),
  ]);
}

/** What the bot doesn't know yet is no 0. */
function leaversText({ all, kept, isFirst }: NonNullable<AccountReport['leavers']>): Sentence {
  if (isFirst && all === 0) return say`none known yet`;
  return withParts(isFirst ? say`${all} so far` : say`${all}`, kept > 0 ? [say`${kept} kept`] : []);
}

function withParts(all: Sentence, parts: readonly Sentence[]): Sentence {
  return parts.length === 0 ? all : say`${all}, of them ${enumerate(parts)}`;
}

function tokensText(tokens: TokenFigures | null): Sentence {
  if (tokens === null) return say`Fastly doesn't show them to the bot`;
  return say`${tokens.all}${unreadableText(tokens)}`;
}

function reportButtons({ figures, promotions, leavers, changes, disabled }: AccountReport): Button[] {
  if (disabled.has('report')) return [];
  const counts = { ...figures.counts, ...figures.tokens?.counts };
  const names = entries<Counted>({ ...NOTHING, ...counts }).filter(
    ([, { fitting, unknown }]) => fitting + unknown > 0,
  );
  const isOff = (counted: Counted) => disabled.has(counted in COUNTED_USERS ? 'list' : 'tokens');
  const offersUsers = !disabled.has('list');
  const left = leavers !== null && (leavers.all > 0 || leavers.isFirst);
  const made = changes.byKind.length > 0 && !disabled.has('audit');
  return [
    ...names
      .filter(([counted]) => !isOff(counted))
      .map(([counted]) => reportButton(namesButton(counted), LABELS[counted])),
    ...(offersUsers && promotions.all > 0 ? [reportButton(PROMOTIONS_BUTTON, PROMOTIONS)] : []),
    ...(offersUsers && left ? [reportButton(LEAVERS_BUTTON, LEAVERS)] : []),
    ...(made ? [reportButton(CHANGES_BUTTON, 'Changes')] : []),
  ];
}

const NONE: Count = { fitting: 0, unknown: 0 };
const NOTHING = { 'idle-tokens': NONE, 'expiring-tokens': NONE };

function reportButton(actionId: string, text: string): Button {
  return button({ actionId, text: `${text}…`, value: actionId });
}

/** How one change of a kind is called. A newer version's kind is an 'other change'. */
const KINDS: Record<ChangeKind | ActionKind, string> & Record<string, string> = {
  create: 'creation',
  invite: 'invitation',
  withdraw: 'withdrawn invitation',
  update: 'update',
  reset: 'password reset',
  lock: 'lock',
  'end-sessions': 'end of browser sessions',
  password: 'password change',
  delete: 'deletion',
  'delete-with-tokens': 'deletion',
  promote: 'promotion to Fastly superuser',
  'promote-for': 'promotion for a time',
  'end-promotion': 'end of a promotion',
  demote: 'demotion of a Fastly superuser',
  'demote-with-tokens': 'demotion of a Fastly superuser',
  revoke: 'revocation of API tokens',
  'lock-few': 'lock of several users',
  'lock-several': 'lock of several users',
};

/** 'Changed through the bot since 22 Nov: 3 updates  ·  1 deletion'. */
function changesText({ since, byKind }: AccountReport['changes']): Sentence {
  const byName = Map.groupBy(byKind, ({ kind }) => KINDS[kind] ?? 'other change');
  const parts = [...byName]
    .map(([name, all]) => ({ name, count: all.reduce((sum, { count }) => sum + count, 0) }))
    .toSorted((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
    .map(({ name, count }) => say`${kindCount(count, name)}`);
  const what = parts.length === 0 ? say`nothing` : sideBySide(parts);
  return say`${bold('Changed through the bot')} since ${day(new Date(since))}: ${what}`;
}

/** 'revocation of API tokens' has its plural in the first word. */
function kindCount(count: number, name: string): string {
  const [, noun = name, rest = ''] = /^(.*?)( (?:of|to) .*)$/.exec(name) ?? [];
  return `${counted(count, noun)}${rest}`;
}

function footnote({ due, next, at }: AccountReport): Sentence {
  const scheduled = due === null ? say`` : say`, for ${date(due)}`;
  const following = next === null ? say`` : say` The next report is due ${date(next)}.`;
  return say`As of ${date(at)}${scheduled}. Users whose 2FA is “not set” count as without 2FA. Idle: not active or used for ${IDLE_DAYS} days; what never was counts from when it was created. Expiring: within ${counted(EXPIRING_DAYS, 'day')}. The buttons show names only to you.${following}`;
}
