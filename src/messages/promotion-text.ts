import type { Action, Extension } from '../approvals/action.ts';
import type { State } from '../approvals/request.ts';
import type { Hindrance, PromotionShown, RunningPromotion } from '../changes/promotion.ts';
import { isSuperuserRole } from '../changes/superuser.ts';
import { code, date, enumerate, type Sentence, say } from './kit/sentence.ts';
import { protectionText } from './outcome-text.ts';
import { settingValue } from './settings-text.ts';
import { userText } from './user-text.ts';

const UNITS = [
  { length: 86_400_000, one: 'day', several: 'days' },
  { length: 3_600_000, one: 'h', several: 'h' },
  { length: 60_000, one: 'min', several: 'min' },
  { length: 1_000, one: 's', several: 's' },
];

/** '4 h', '1 day and 12 h'. */
export function spanText(milliseconds: number): Sentence {
  let left = milliseconds;
  const parts = UNITS.flatMap(({ length, one, several }) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? [] : [say`${count} ${count === 1 ? one : several}`];
  });
  return parts.length === 0 ? say`less than 1 s` : enumerate(parts);
}

/** 'for 4 h from when it is set'. */
export function lastsText(milliseconds: number): Sentence {
  return say`for ${spanText(milliseconds)} from when it is set`;
}

/** Whether and when a promotion ends, of an action that sets one; null for others. */
export function actionEnd(action: Action, state: State | null = null): Sentence | null {
  if (action.kind === 'promote-for') {
    if (state?.kind !== 'completed' || state.endsAt === undefined) return lastsText(action.for);
    return say`until ${date(new Date(state.endsAt))}`;
  }
  const isWithout = action.kind === 'promote' && isSuperuserRole(action.changes.role);
  return isWithout ? say`without an end` : null;
}

/** Where an end is moved to, and from where. @param from when it is set, in Unix milliseconds */
export function newEndText({ for: lasts, until }: Pick<Extension, 'for' | 'until'>, from: number): Sentence {
  const isEarlier = from + lasts < until;
  return say`${isEarlier ? '⚠️ Ends earlier' : 'Ends later'} than now: ${date(new Date(from + lasts))} instead of ${date(new Date(until))}.`;
}

/** How long a promotion lasts, or has lasted. @param first when it was to end as it was set (Unix milliseconds) */
export function lastsNow(promotion: RunningPromotion, first: number): Sentence {
  const { state, endsAt, overAt } = promotion;
  const over = date(new Date(overAt ?? endsAt));
  switch (state.kind) {
    case 'running':
    case 'to-check':
      return say`${endsAt > first ? 'extended until' : 'until'} ${date(new Date(endsAt))}, then ${roleBack(promotion)}`;
    case 'ended':
      return say`until ${over}, then ${roleBack(promotion)}`;
    case 'closed':
      return say`until the role was changed ${over}`;
    case 'left':
      return say`until another role was set outside the bot`;
    case 'gone':
      return say`until the user was deleted`;
    case 'not-given':
      return say`not at all: the role was not given`;
  }
}

/** The role that comes back, of an action that sets a promotion for a time. */
export function roleBack({ before }: Pick<RunningPromotion, 'before'>): Sentence {
  return settingValue('role', before);
}

/** 'Fastly superuser until 17:30', or that it should have ended. */
export function untilText({ role, endsAt, overdue, state }: PromotionShown): Sentence {
  const given = settingValue('role', role);
  const end = date(new Date(endsAt));
  if (state.kind === 'to-check') return say`${given} until ${end}, to be checked`;
  return overdue ? say`${given}, should have ended ${end}` : say`${given} until ${end}`;
}

export function promotionLine(promotion: PromotionShown): Sentence {
  const mark = promotion.overdue || promotion.state.kind === 'to-check' ? say`⚠️` : say`⏳`;
  return say`${mark} ${userText(promotion.user)}: ${untilText(promotion)}`;
}

/** For whoever changes the role, or approves that. @param hasEnd whether the new role is given for a time, too */
export function offText(promotion: PromotionShown, hasEnd: boolean): Sentence {
  const next = hasEnd
    ? say`${roleBack(promotion)} comes back at the new end instead`
    : say`nothing comes back`;
  return say`⏳ The user has the role ${untilText(promotion)}, then ${roleBack(promotion)}. Once this is done, that end is off, and ${next}.`;
}

/** Once the role is kept without an end. */
export function keptText(promotion: PromotionShown): Sentence {
  return say`⏳ The end ${date(new Date(promotion.endsAt))} is off, so ${roleBack(promotion)} doesn't come back.`;
}

/** For whoever decides about somebody who left. */
export function runningText(promotion: PromotionShown): Sentence {
  const { role, state } = promotion;
  if (state.kind === 'running' && state.endedBy !== null && state.waits === null) {
    return say`⏳ The user's role ${settingValue('role', role)} is ending.`;
  }
  return say`⏳ The user has the role ${untilText(promotion)}. Then the role ${roleBack(promotion)} comes back.`;
}

/** More of them would crowd a list. */
export const MOST_LINES = 10;

/**
 * Those that run, what is overdue first, for where they stand beside something else.
 *
 * @param disabled the names of the subcommands that this installation does without
 */
export function promotionLines(
  promotions: readonly PromotionShown[],
  disabled: ReadonlySet<string>,
): Sentence[] {
  const more = promotions.length - MOST_LINES;
  const all = disabled.has('approvals')
    ? say``
    : say` Run ${code('/fastly-user approvals')} to see all of them.`;
  return [
    ...promotions.slice(0, MOST_LINES).map(promotionLine),
    ...(more > 0 ? [say`and ${more} more ${more === 1 ? 'role that ends' : 'roles that end'}.${all}`] : []),
  ];
}

export function keepText({ user, role }: Pick<RunningPromotion, 'user' | 'role'>): Sentence {
  return say`To keep the role without an end, run ${code(`/fastly-user update ${user.login} --role ${role}`)}.`;
}

/** Why an end that is due is not carried out yet, and what happens next. */
export const HINDRANCES: Record<Hindrance, Sentence> = {
  fastly: say`Fastly hasn't taken the change yet. The bot keeps trying.`,
  locked: say`Fastly refuses it because the user is locked. The bot tries again every hour, and when the user is unlocked.`,
  'other-roles': say`The user has got other roles meanwhile, and may still be a Fastly superuser. Check the user in Fastly. The bot tries again every hour.`,
  'last-superuser': say`${protectionText('last-superuser')} The bot tries again every hour.`,
  protected: say`The user is protected: the bot signs in to Fastly as this user, or the user owns the account. The bot tries again every hour.`,
};
