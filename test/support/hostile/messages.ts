import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { isOutcome } from '../../../src/approvals/event.ts';
import type { ApprovalPolicy } from '../../../src/approvals/policy.ts';
import { type PromotionShown, Told } from '../../../src/changes/promotion.ts';
import { ROLES } from '../../../src/changes/roles.ts';
import { settingsOf, targetOf } from '../../../src/changes/snapshot.ts';
import { listedToken } from '../../../src/changes/token-snapshot.ts';
import { reasonInput } from '../../../src/commands/inputs/reason.ts';
import { settingInputs } from '../../../src/commands/inputs/settings-form.ts';
import { userButton } from '../../../src/commands/inputs/user-button.ts';
import { userChoice, userPicker } from '../../../src/commands/inputs/user-picker.ts';
import { invitationWords } from '../../../src/commands/invitations.ts';
import { filterForm, ROLE_LENGTH, TEXT_LENGTH } from '../../../src/commands/list/filter-form.ts';
import { EDITABLE, seenOf } from '../../../src/commands/update/alter.ts';
import { figuresOf } from '../../../src/directory/filter.ts';
import { Invitation } from '../../../src/fastly/invitation.ts';
import { Customer, nameOf } from '../../../src/fastly/user.ts';
import { MemberId } from '../../../src/ids.ts';
import {
  approvalFormText,
  cancelFormText,
  denialFormText,
  lockFormText,
} from '../../../src/messages/approval-form.ts';
import {
  approvalConfirmation,
  approvalMessage,
  directRequest,
} from '../../../src/messages/approval-message.ts';
import {
  lockedText,
  notShownText,
  outcomeStepText,
  stepText,
  unseenText,
} from '../../../src/messages/approval-notices.ts';
import { stateInAnswer } from '../../../src/messages/approval-text.ts';
import { auditText } from '../../../src/messages/audit-text.ts';
import { interruptedText } from '../../../src/messages/change-text.ts';
import { type HomeContent, homeView } from '../../../src/messages/home.ts';
import { button } from '../../../src/messages/kit/blocks.ts';
import {
  formsOf,
  lineWith,
  type Message,
  message,
  withButtons,
  withFootnote,
} from '../../../src/messages/kit/message.ts';
import {
  bold,
  code,
  link,
  member,
  richText,
  type Sentence,
  say,
  typedWords,
} from '../../../src/messages/kit/sentence.ts';
import { interruptedLockMessage, lockMessage, madeSince } from '../../../src/messages/lock-text.ts';
import { promotionNotice } from '../../../src/messages/promotion-notice.ts';
import { promotionLine, roleBack } from '../../../src/messages/promotion-text.ts';
import { rolesCaution, unknownStandingText } from '../../../src/messages/role-text.ts';
import { newcomerText } from '../../../src/messages/settings-text.ts';
import { tokenTable } from '../../../src/messages/tokens/table.ts';
import { madeMessage, notUndoneText, undoneText } from '../../../src/messages/undo-text.ts';
import { userCard } from '../../../src/messages/user-card.ts';
import { userTable } from '../../../src/messages/user-table.ts';
import { rolesText, userText } from '../../../src/messages/user-text.ts';
import type { Origin } from '../../../src/slack/carried.ts';
import { lockButtons } from '../../../src/slack/lock-buttons.ts';
import { formView, noticeView } from '../../../src/slack/replies/modal.ts';
import { undoButtons } from '../../../src/slack/undo-button.ts';
import { problemsOfMessage, problemsOfShownView } from './oracle.ts';
import { hostileLogin, hostileName, hostileText } from './text.ts';
import {
  ADMINS,
  apiToken,
  auditLine,
  CHANNEL,
  change,
  KNOWN,
  LINK,
  lockSteps,
  reason,
  request,
  settings,
  settlement,
  step,
  user,
} from './things.ts';

const POLICY: ApprovalPolicy = {
  botAdmins: ADMINS,
  mentioned: 'all',
  reasonRequiredFor: [],
  requiredFor: ['delete'],
  approvalsRequired: 1,
  allowSelfApproval: false,
  ttl: 1_000,
  reminder: 500,
  lease: 500,
};
const WHERE = say`${link('request K7Q2-9FMX', LINK)}`;
const ORIGIN: Origin = { channel: CHANNEL, private: false };
const HOME: Omit<HomeContent, 'recorded' | 'figures'> = {
  member: MemberId.parse(ADMINS[0]),
  policy: POLICY,
  quickActions: [],
  disabled: new Set(),
  at: new Date(0),
};

/** Something to show, with what it is made of, for when it is wrong. */
type Case = { kind: string; of: unknown; problems: () => string[] };

/** All forms of a message, as any of them can be what is posted. */
const ofMessage = (...messages: readonly Message[]) =>
  messages.flatMap(formsOf).flatMap((form) => problemsOfMessage(form, KNOWN));
const ofSentences = (...sentences: readonly (Sentence | null)[]) =>
  ofMessage(...sentences.flatMap((each) => (each === null ? [] : [message(each)])));
const inForm = (...blocks: KnownBlock[]) =>
  problemsOfShownView(
    formView({ callbackId: 'f', title: 'A form', submit: 'Go', origin: ORIGIN, blocks }),
    KNOWN,
  );

function kind<T>(name: string, of: fc.Arbitrary<T>, show: (of: T) => string[]): fc.Arbitrary<Case> {
  return of.map((each) => ({ kind: name, of: each, problems: () => show(each) }));
}

const invitation = fc
  .record({ email: hostileLogin, role: hostileText, limit_services: fc.boolean(), created_at: hostileText })
  .map((attributes) => Invitation.parse({ id: 'i1', attributes }));

const placed = request.map((each) => ({ request: each, where: WHERE }));

/** Everything that the bot shows, made of hostile things. */
export const shown: fc.Arbitrary<Case> = fc.oneof(
  kind('a card', fc.record({ user, note: hostileText }), ({ user: each, note }) =>
    ofMessage(
      userCard(each, Customer.parse({ id: 'c1', owner_id: each.id }), say`For ${note}`, [
        userButton('update', each, false),
        userButton('reset', each, false),
        userButton('delete', each, true),
      ]),
    ),
  ),
  kind('a table', fc.array(user, { minLength: 1, maxLength: 6 }), (users) =>
    ofMessage(
      userTable('Users', users, {
        headline: say`${users.length} users: ${rolesText(figuresOf(users))}`,
        above: [],
        below: [],
      }),
    ),
  ),
  kind('a table of tokens', fc.array(fc.tuple(apiToken, user), { minLength: 1, maxLength: 6 }), (tokens) =>
    ofMessage(
      tokenTable(
        'API tokens',
        tokens.map(([token, owner]) => ({ token, listed: listedToken(token), owner })),
        1_800_000_000_000,
        { headline: say`Tokens`, above: [], below: [] },
      ),
    ),
  ),
  kind(
    'a request',
    fc.record({ request, steps: fc.array(step, { maxLength: 2 }) }),
    ({ request: each, steps }) =>
      ofMessage(
        approvalMessage(each, steps, POLICY),
        ...ADMINS.map((viewer) => directRequest(each, steps, POLICY, viewer)),
        approvalConfirmation(each),
      ),
  ),
  kind('what is told of a request', fc.record({ request, step, word: hostileText, reason }), (of) =>
    ofSentences(
      stepText(of.step, of.request, POLICY),
      isOutcome(of.step) ? outcomeStepText(of.step, of.request) : null,
      stateInAnswer(of.request, POLICY),
      lockedText(say`${member(String(ADMINS[0]))}`, of.request, of.reason ?? undefined),
      notShownText(of.request, of.word),
      unseenText(of.word),
    ),
  ),
  kind(
    'what is told of a role that ends',
    fc.record({ user, role: hostileText, tokens: fc.array(apiToken, { maxLength: 3 }) }),
    ({ user: { id, login, ...each }, role, tokens }) => {
      const who = { id, login, name: nameOf({ id, login, ...each }) };
      const requester = MemberId.parse('U0NORA001');
      const about = { id: 'K7Q2-9FMX', user: who, role, before: role, requester, request: null, endsAt: 0 };
      const rest = { beganAt: 0, remindAt: null, overAt: null, untold: [] };
      const left = { kind: 'left', role } as const;
      return ofMessage(
        ...Told.shape.what.options.flatMap((what) =>
          (['thread', 'requester', 'member', 'approvals', requester] as const).map((to) =>
            promotionNotice({ what, to }, { ...about, ...rest, state: left }, tokens.map(listedToken)),
          ),
        ),
        message(promotionLine({ ...about, state: left, overdue: true }), roleBack(about)),
      );
    },
  ),
  kind("a request's forms", fc.record({ request, comment: reason }), ({ request: each, comment }) =>
    [approvalFormText(each, POLICY), denialFormText(each), cancelFormText(each), lockFormText(each)].flatMap(
      (text) => inForm(richText(...text), reasonInput('Comment', comment)),
    ),
  ),
  kind(
    'a Home',
    fc.record({
      waiting: fc.array(placed, { maxLength: 3 }),
      own: fc.array(placed, { maxLength: 2 }),
      changes: fc.array(auditLine, { maxLength: 5 }),
      users: fc.array(user, { maxLength: 4 }),
      why: hostileText,
    }),
    ({ waiting, own, changes, users, why }) =>
      [
        { kind: 'known', figures: figuresOf(users) } as const,
        { kind: 'unknown', why: say`${why}` } as const,
      ].flatMap((figures) => {
        const promotions = users.map((each): PromotionShown => {
          const { id, login } = each;
          const state = { kind: 'to-check' } as const;
          const role = each.role ?? '';
          return {
            id,
            user: { id, login, name: nameOf(each) },
            role,
            before: role,
            endsAt: 0,
            state,
            overdue: true,
          };
        });
        const recorded = {
          waiting: { shown: waiting, more: 1 },
          own: { shown: own, more: 0 },
          ...{ changes, promotions },
        };
        return problemsOfShownView(homeView({ ...HOME, recorded, figures }), KNOWN);
      }),
  ),
  kind('a page of the audit log', fc.array(auditLine, { minLength: 1, maxLength: 15 }), (lines) =>
    ofMessage(message(say`The latest changes`, ...lines.map(auditText))),
  ),
  kind(
    'a change',
    fc.record({ change, settlement, why: hostileText }),
    ({ change: each, settlement: end, why }) =>
      ofMessage(
        withButtons(
          madeMessage(each, 0, undoneText(each.caller, 0)),
          undoButtons(each, { private: false }, new Set()),
        ),
        message(interruptedText(each, end), notUndoneText(say`${why}`, each.target.login)),
      ),
  ),
  kind(
    'a lock',
    fc.record({ change, steps: lockSteps, why: hostileText }),
    ({ change: each, steps, why }) => {
      const lock = { change: each, madeAt: 0, steps };
      const offers = lockButtons(lock, { private: false }, new Set());
      const reasons = new Map(steps.map(({ step }) => [step, say`${why}`] as const));
      return [
        ...ofMessage(withButtons(lockMessage(lock, { why: reasons, since: madeSince([]) }), offers)),
        ...ofMessage(withButtons(interruptedLockMessage(lock), offers)),
      ];
    },
  ),
  kind('a newcomer', fc.record({ settings, user }), ({ settings: wanted, user: now }) => {
    const { what, warnings } = newcomerText(wanted, settingsOf(now));
    return ofSentences(
      say`${userText(targetOf(now))}${what}`,
      ...warnings,
      rolesCaution(now),
      ...unknownStandingText(now),
    );
  }),
  kind('a picker', fc.array(user, { minLength: 1, maxLength: 4 }), (users) => {
    const [first, ...others] = [...Map.groupBy(users, ({ id }) => id).values()].flatMap(
      ([each]) => each ?? [],
    );
    return [...inForm(userPicker(first ?? null)), ...inForm(userChoice(first ? [first, ...others] : []))];
  }),
  kind('a form to edit a user', fc.record({ user, reason }), ({ user: each, reason: why }) =>
    inForm(
      richText(userText(targetOf(each))),
      ...settingInputs(EDITABLE, seenOf(each), [...new Set([...ROLES, each.role ?? ROLES[0] ?? ''])]),
      reasonInput('Reason', why),
    ),
  ),
  kind(
    'a form to filter users',
    fc.record({ users: fc.array(user, { maxLength: 4 }), text: hostileText }),
    (of) => {
      const text = of.text.toWellFormed().trim().slice(0, TEXT_LENGTH).toWellFormed();
      const role = of.users[0]?.role?.slice(0, ROLE_LENGTH) || null;
      const filter = { text, role, locked: null, withoutTwoFactor: false, inactive: null };
      return problemsOfShownView(filterForm(filter, figuresOf(of.users), ORIGIN, say`${of.text}`), KNOWN);
    },
  ),
  kind('open invitations', fc.array(invitation, { minLength: 1, maxLength: 4 }), (invitations) =>
    ofMessage({
      text: 'Invitations',
      blocks: invitations.map((each) =>
        lineWith(
          button({
            actionId: 'a',
            text: `Withdraw ${each.email}`,
            value: 'v',
            confirm: confirmOf(each.email),
          }),
          invitationWords(each),
        ),
      ),
    }),
  ),
  kind('a notice', hostileName, (text) => [
    ...problemsOfShownView(
      noticeView('A notice', say`${text}`, say`${code(text)} ${typedWords(text)}`),
      KNOWN,
    ),
    ...ofMessage(withFootnote(message(say`${bold(text)} ${link(text, LINK)}`), say`${code(text)}${text}`)),
  ]),
);

const confirmOf = (email: string) => ({
  title: say`Withdraw?`,
  text: say`The link to ${email}`,
  confirm: 'Withdraw',
});
