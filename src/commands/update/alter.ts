import { type Action, superuserChange } from '../../approvals/action.ts';
import { update } from '../../changes/operations.ts';
import { type PromotionShown, roleToComeBack, whyNoEnd } from '../../changes/promotion.ts';
import { protectionOf } from '../../changes/protection.ts';
import { type HasRoles, rolesDigest } from '../../changes/roles.ts';
import {
  type CurrentSettings,
  NAME_LENGTH,
  only,
  onlyChanged,
  Settings,
  unmet,
} from '../../changes/settings.ts';
import { settingsOf, targetOf } from '../../changes/snapshot.ts';
import { isSuperuserRole } from '../../changes/superuser.ts';
import type { Target } from '../../changes/target.ts';
import { undoKey } from '../../changes/undo.ts';
import { type FastlyError, isFastlyError } from '../../fastly/errors.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { reasonLine } from '../../messages/approval-text.ts';
import { madeText, toldKind } from '../../messages/change-text.ts';
import { explain, Refusal } from '../../messages/failure-text.ts';
import { type Message, message } from '../../messages/kit/message.ts';
import { bold, code, date, member, type Sentence, say } from '../../messages/kit/sentence.ts';
import { NOT_BROUGHT_BACK, STAYS } from '../../messages/lock-limits.ts';
import { noLongerHolds, protectionText } from '../../messages/outcome-text.ts';
import { keptText, lastsText, roleBack } from '../../messages/promotion-text.ts';
import { rolesCaution, roleText } from '../../messages/role-text.ts';
import { changeText, otherwiseText, settingValue } from '../../messages/settings-text.ts';
import { userText } from '../../messages/user-text.ts';
import { promotionButtons } from '../../slack/promotion-buttons.ts';
import { confirm } from '../../slack/replies/confirmation.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { undoButtons } from '../../slack/undo-button.ts';
import { fileRequest } from '../approvals/filing.ts';
import { LASTS } from '../inputs/lasts.ts';
import { type Meant, userMeant } from '../inputs/meant.ts';
import { RolesToLose, updateUserButton } from '../inputs/question.ts';
import { blockOf } from '../inputs/settings-form.ts';
import { makeChange } from '../make-change.ts';
import { extend } from '../promotions/extend.ts';
import { together } from '../together.ts';

/** What Fastly lets others change of a user (seed; Fastly's guide for the login). */
export const EditableSettings = Settings.pick({
  name: true,
  role: true,
  locked: true,
  limit_services: true,
  require_new_password: true,
});
export const EDITABLE = EditableSettings.keyof().options;

export type Wanted = {
  settings: Settings;
  reason: string | null;
  /** For how many milliseconds the role is given; null for a role without an end. */
  lasts: number | null;
};

/** The change that an update sets back, by its delivery key, and what must still hold once the update is recorded. */
type Undoing = { change: string; check(): Promise<void> };

/** The user has changed since the caller saw them. Nothing was done. */
export class ChangedMeanwhile extends Refusal {
  readonly user: User;

  /** @param seenRoles the user's roles as the caller saw them; null where only settings are compared */
  constructor(user: User, seen: CurrentSettings, seenRoles: HasRoles | null = null) {
    const settings = differing(seen, user);
    const what =
      Object.keys(settings).length > 0 || seenRoles === null
        ? changeText(seen, settings)
        : say`the roles were ${roleText(seenRoles)} and are now ${roleText(user)}`;
    super(say`${userText(user)} has changed in the meantime: ${what}. Your changes weren't applied.`);
    this.user = user;
  }
}

/**
 * Sets what differs from what the user has. Making or unmaking a Fastly superuser files an approval request instead.
 *
 * @param seen what the caller saw of the user when they decided; null where they did not look
 * @param rolesShown stands for the roles that the caller was told may be lost; null where nothing was told
 * @param undoes what it sets back, where it is an Undo
 * @throws {LoginChanged} when the login is another than the caller saw
 * @throws {ChangedMeanwhile} when the user has changed since
 * @throws {RolesToLose} when the role is set and the caller doesn't know what of the others may be lost
 * @throws {Refusal} when nothing differs, or the user is protected
 */
export async function alter(
  interaction: Interaction,
  meant: Meant,
  { settings, reason, lasts }: Wanted,
  {
    seen = null,
    rolesShown = null,
    undoes = null,
  }: { seen?: CurrentSettings | null; rolesShown?: string | null; undoes?: Undoing | null } = {},
): Promise<Delivered> {
  const { fastly, promotions } = interaction.services;
  const [user, running] = await together(userMeant(interaction, meant), promotions.of(meant.id));
  const { id } = user;
  const who = userText(user);
  if (user.deleted_at) {
    throw new Refusal(say`${who} was deleted ${date(new Date(user.deleted_at))}. Nothing was changed.`);
  }
  const before = settingsOf(user);
  if (seen !== null && Object.keys(differing(seen, user)).length > 0) throw new ChangedMeanwhile(user, seen);
  const changed = onlyChanged(settings, before);
  const keeps = running !== null && changed.role === undefined && settings.role === running.role;
  if (keeps && lasts !== null) {
    if (Object.keys(changed).length > 0) throw new FieldError(LASTS, ALONE);
    return await extend(interaction, user, running, { lasts, reason });
  }
  // A role that ends is kept for good by an ordinary change to the same role.
  const changes = keeps ? { ...changed, role: running.role } : changed;
  const back = roleToComeBack(running, before.role ?? '');
  if (lasts !== null) refuseWithoutEnd(user, who, changes, back);
  if (Object.keys(changes).length === 0)
    throw new Refusal(say`No change: ${who} already has these settings.`);
  const kind = keeps && isSuperuserRole(running.role) ? 'promote' : superuserChange(user, changes);
  const mayBe = async () => {
    if (kind === 'demote' || changes.locked) await refuseProtected(interaction, user, who, changes);
  };
  await mayBe();
  const caution = changes.role === undefined ? null : rolesCaution(user);
  if (caution !== null && rolesShown !== rolesDigest(user)) throw new RolesToLose(user, caution);
  if (kind !== null) {
    const of = { version: 1, target: targetOf(user), before, changes } as const;
    return await fileRequest(interaction, actionOf(kind, of, { lasts, back }), reason);
  }
  const change = {
    deliveryKey: undoes === null ? interaction.deliveryKey : undoKey(undoes.change),
    kind: 'update',
    target: { id: user.id, login: user.login, name: nameOf(user) },
    settings: changes,
    before,
    reason,
    ...(lasts !== null && { for: lasts }),
    ...(undoes !== null && { undoes: undoes.change }),
  } as const;
  const after = await makeChange(interaction, {
    ...change,
    // The change is recorded, so no request about this user is carried out now. One that was before shows here.
    async check() {
      await undoes?.check();
      const now = await fastly.getUser(id);
      if (Object.keys(differing(before, now)).length > 0) throw new ChangedMeanwhile(now, before);
      if (rolesDigest(now) !== rolesDigest(user)) throw new ChangedMeanwhile(now, before, user);
      await mayBe();
    },
    operation: update(fastly, id, changes),
  }).catch((error: unknown) => {
    const asked = {
      ...{ settings, reason },
      ...(lasts !== null && { lasts }),
      ...(rolesShown !== null && { rolesShown }),
    };
    const mayLift = changes.role !== undefined && settings.limit_services === undefined;
    throw mayLift && isServiceLimit(error) ? withoutLimit(interaction, user, error, asked) : error;
  });
  interaction.log.info({ user: id, settings: Object.keys(changes) }, 'a user was updated');
  const isSet = changes.role !== undefined && !unmet(changes, settingsOf(after)).includes('role');
  const given = lasts === null || !isSet ? null : await promotions.of(id).catch(() => null);
  const closed = isSet ? running : null;
  const told = {
    settings: changes,
    reason,
    end: isSet ? endOf({ keeps, lasts, given }) : null,
    off: closed && (keeps ? keptText(closed) : noLongerHolds(closed.endsAt)),
  };
  const confirmation = updated(interaction, who, before, told, after);
  const asWanted = unmet(changes, settingsOf(after)).length === 0;
  return await confirm(interaction, confirmation, [
    ...(given === null ? [] : promotionButtons(given, true)),
    // A role that was kept is no other one, so there is nothing to set back.
    ...(asWanted
      ? undoButtons({ ...change, settings: changed }, interaction.origin, interaction.services.disabled)
      : []),
  ]);
}

const ALONE = say`A role that ends is extended by itself. Leave the other changes out. Nothing was changed.`;

/** How long a role lasts that was set: 'until 17:30 (then engineer)'; null where nothing is said of that. */
function endOf({
  keeps,
  lasts,
  given,
}: {
  keeps: boolean;
  lasts: number | null;
  given: PromotionShown | null;
}): Sentence | null {
  if (keeps) return say`now without an end`;
  if (lasts === null) return null;
  return given === null ? lastsText(lasts) : endText(given);
}

function endText(given: PromotionShown): Sentence {
  return say`until ${date(new Date(given.endsAt))} (then ${roleBack(given)})`;
}

/** What waits for approval. With `lasts` it is of another kind, which no older version carries out as one without an end. */
function actionOf(
  kind: 'promote' | 'demote',
  of: { version: 1; target: Target; before: CurrentSettings; changes: Settings },
  { lasts, back }: { lasts: number | null; back: string },
): Action {
  if (kind === 'demote') return { kind, ...of };
  if (lasts === null) return { kind, by: 'update', ...of };
  return { kind: 'promote-for', by: 'update', ...of, for: lasts, back };
}

/** @throws {FieldError} where the role can't be given for a time */
function refuseWithoutEnd(user: User, who: Sentence, { role }: Settings, back: string): void {
  if (role === undefined) {
    throw new FieldError(LASTS, say`${who} has this role already, without an end. Nothing was changed.`);
  }
  if (role === back) {
    const name = settingValue('role', role);
    throw new FieldError(
      LASTS,
      say`The role ${name} is the one that comes back to ${who}. Leave the time out. Nothing was changed.`,
    );
  }
  const why = whyNoEnd(user);
  if (why !== null) throw new FieldError(LASTS, say`${NO_END[why](who)} Nothing was changed.`);
}

const NO_END: Record<NonNullable<ReturnType<typeof whyNoEnd>>, (who: Sentence) => Sentence> = {
  superuser: (who) =>
    say`${who} is a Fastly superuser now, and an end never makes a Fastly superuser. Leave the time out.`,
  'several-roles': (who) =>
    say`${who} has several roles, and the bot could give back only one of them. Leave the time out.`,
  'other-role': (who) => say`${who} has a role now that the bot can't give back. Leave the time out.`,
};

/** Fastly refuses this role for a user with limited services (recorded). */
function isServiceLimit(error: unknown): error is FastlyError {
  if (!isFastlyError(error) || error.kind !== 'invalid') return false;
  return /service limited/i.test(`${error.msg ?? ''} ${error.detail ?? ''}`);
}

/** Fastly's refusal, with a button that lifts the limit in the same change. */
function withoutLimit(
  interaction: Interaction,
  user: User,
  error: FastlyError,
  asked: { settings: Settings; reason: string | null; lasts?: number; rolesShown?: string },
): FieldError {
  const ways = say`${explain(error)} Set ${bold('Limited services')} to no as well. Reference ${code(interaction.reference)}.`;
  const settings = { ...asked.settings, limit_services: false };
  const both = updateUserButton(interaction, user, 'Set the role, without limited services', {
    ...asked,
    settings,
  });
  return new FieldError(blockOf('role'), ways, { buttons: [both] });
}

/** `end`: when the role ends; null where nothing is said of that. `off`: that an earlier end is off. */
type Told = Omit<Wanted, 'lasts'> & { end: Sentence | null; off: Sentence | null };

function updated(
  { caller }: Interaction,
  who: Sentence,
  before: CurrentSettings,
  { settings, reason, end, off }: Told,
  after: User,
): Message {
  const now = settingsOf(after);
  const otherwise = unmet(settings, now);
  const asWanted = EDITABLE.filter((setting) => !otherwise.includes(setting));
  const done = changeText(before, only(settings, asWanted), end);
  const kind = toldKind('update', settings);
  const what = kind === 'update' ? say`: ${done}.` : say`.`;
  return message(
    done.parts.length === 0
      ? say`✏️ ${member(caller.memberId)} had Fastly update ${who}, ${date(new Date())}.`
      : say`${madeText(kind, caller.memberId, who)}${what}`,
    ...otherwise.map((setting) => otherwiseText(setting, settings, now)),
    ...(off === null ? [] : [off]),
    ...(settings.locked === undefined ? [] : [settings.locked ? STAYS : NOT_BROUGHT_BACK]),
    ...reasonLine(reason),
  );
}

async function refuseProtected(
  { services, users }: Interaction,
  user: User,
  who: Sentence,
  changes: Settings,
): Promise<void> {
  const protection = await protectionOf(services.fastly, user, undefined, () => users.all());
  if (protection === null) return;
  const why = protectionText(protection);
  throw changes.locked
    ? new FieldError(blockOf('locked'), say`${who} can't be locked. ${why}`)
    : new FieldError(blockOf('role'), say`${who} can't lose the role of Fastly superuser. ${why}`);
}

/** What a form showed of a user. A name that is too long for a form is not shown. */
export function seenOf(user: User): CurrentSettings {
  const seen = settingsOf(user);
  return (seen.name?.length ?? 0) > NAME_LENGTH ? { ...seen, name: null } : seen;
}

/** The settings that differ from what was seen, with their values of now. */
function differing(seen: CurrentSettings, user: User): Partial<CurrentSettings> {
  const now = seen.name === null ? seenOf(user) : settingsOf(user);
  const changed = EDITABLE.filter((setting) => (seen[setting] ?? false) !== (now[setting] ?? false));
  return Object.fromEntries(changed.map((setting) => [setting, now[setting]]));
}
