import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { PromotionShown } from '../../changes/promotion.ts';
import { ROLES, rolesDigest } from '../../changes/roles.ts';
import { CurrentSettings, only, onlyChanged, Settings } from '../../changes/settings.ts';
import type { Times } from '../../config/times.ts';
import type { User } from '../../fastly/user.ts';
import { message } from '../../messages/kit/message.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { roleBack, untilText } from '../../messages/promotion-text.ts';
import { rolesCaution } from '../../messages/role-text.ts';
import { userText } from '../../messages/user-text.ts';
import { codecFor } from '../../slack/carried.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { approvalText, isApprovalRequired } from '../approvals/filing.ts';
import { formListener, viewOf } from '../form.ts';
import { atItsField } from '../inputs/address.ts';
import { KEEP, keepInput, LASTS, lastsAsTyped, lastsFromForm, lastsInput } from '../inputs/lasts.ts';
import { LoginChanged, Meant, meantBy } from '../inputs/meant.ts';
import { RolesToLose } from '../inputs/question.ts';
import { reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { blockOf, settingInputs, settingsInForm } from '../inputs/settings-form.ts';
import { alter, ChangedMeanwhile, EDITABLE, seenOf, type Wanted } from './alter.ts';

export const EDIT_TITLE = 'Update a user';
const FORM = { id: 'update.form', title: EDIT_TITLE, submit: 'Save', mainBlockId: blockOf('name') };

/** On top of the form, which shows the login of now: sending it says that it is the right user. */
export const ANOTHER_LOGIN = say`This user has another login now. Nothing was changed. Check that it's still the right user, then save.`;

/** The user a form is about, as of when it was drawn, and how often it was drawn. It comes back as input. */
const About = codecFor(
  'form',
  z.object({
    user: Meant,
    seen: CurrentSettings,
    /** Stands for the user's roles that the form showed (`rolesDigest`); not in forms of older versions. */
    rolesShown: z.string().optional(),
    round: z.number().int().nonnegative(),
  }),
  'update',
);
type About = ReturnType<typeof About.read>;

/**
 * The form to edit a user, filled in with the user's settings and the changes asked for so far. A redrawn form has new
 * block ids, because Slack keeps what was typed under an id that it knows.
 */
export async function editForm(
  interaction: Interaction,
  user: User,
  { settings, reason, lasts }: Wanted,
  { onTop, round = 0, typed = lastsAsTyped(lasts) }: Drawn = {},
): Promise<ModalView> {
  const running = await interaction.services.promotions.of(user.id);
  const seen = seenOf(user);
  const caution = rolesCaution(user);
  // What was set outside the bot meanwhile is left as it is, and has no end.
  const ends = running !== null && running.role === seen.role;
  const offered = EDITABLE.filter((setting) => setting !== 'name' || seen.name === (user.name ?? null));
  const inputs = settingInputs(offered, { ...seen, ...settings }, rolesFor(seen), round);
  const belowRole = inputs.findIndex(({ block_id }) => block_id === blockOf('role', round)) + 1;
  return viewOf(FORM, interaction.origin, {
    onTop,
    subject: About.write({ user: meantBy(user), seen, rolesShown: rolesDigest(user), round }),
    blocks: [
      ...(caution ? [richText(say`⚠️ ${caution}`)] : []),
      richText(userText(user), ...runningLines(running)),
      ...inputs.toSpliced(
        belowRole,
        0,
        ...(ends ? [keepInput(lasts === null && settings.role === running.role, round)] : []),
        lastsInput(typed, interaction.services.times, { round }),
      ),
      reasonInput('Reason', reason),
      richText(say`Only what you change is sent.${whatWaits(interaction.services)}`),
    ],
  });
}

/** `typed`: how long the role is given, as it was entered. */
type Drawn = { onTop?: Sentence | undefined; round?: number; typed?: string | null };

/** What becomes of a role that ends, where it is changed here. */
function runningLines(running: PromotionShown | null): Sentence[] {
  if (running === null) return [];
  return [
    say`⏳ ${untilText(running)}, then ${roleBack(running)}. If you set another role here, it stays, and nothing comes back. With a time, ${roleBack(running)} comes back after that.`,
  ];
}

/** Which changes need approval in this installation, to be put behind another sentence. */
export function whatWaits(services: Services): Sentence {
  if (!isApprovalRequired(services, 'promote')) {
    return approvalText(services, 'demote', 'Demoting or locking a Fastly superuser');
  }
  const orNot = isApprovalRequired(services, 'demote') ? ', or no longer one,' : '';
  return say` Making a user a Fastly superuser${orNot} needs approval.`;
}

export const editFormListener = formListener(FORM, {
  async work(interaction, { values, subject }) {
    const about = About.read(subject);
    const wanted = wantedIn(values, about, interaction.services.times);
    try {
      return await alter(interaction, about.user, wanted, {
        seen: about.seen,
        rolesShown: about.rolesShown ?? null,
      });
    } catch (error) {
      if (error instanceof RolesToLose) {
        // The user has other roles than the form showed. Drawn again, it shows them.
        const onTop = say`This user's roles have changed. Check the form, then save it again.`;
        const view = await editForm(interaction, error.user, wanted, { onTop, round: about.round + 1 });
        return { kind: 'next', view, orElse: message(error.sentence) };
      }
      if (error instanceof LoginChanged) {
        const view = await editForm(interaction, error.user, wanted, {
          onTop: ANOTHER_LOGIN,
          round: about.round + 1,
        });
        return { kind: 'next', view, orElse: message(error.sentence) };
      }
      if (error instanceof ChangedMeanwhile) {
        // The form again, with the user as of now and the caller's changes.
        const { sentence, user } = error;
        const onTop = say`${sentence} Check the form, then save it again.`;
        const view = await editForm(interaction, user, wanted, { onTop, round: about.round + 1 });
        const command = code(`/fastly-user update ${user.login}`);
        const orElse = message(say`${sentence} Run ${command} to open the form again.`);
        return { kind: 'next', view, orElse };
      }
      throw atItsField(error, [
        [/\brole\b|service limited/i, blockOf('role')],
        [/./, blockOf('name')],
      ]);
    }
  },
  async again(interaction, { values, subject }, problem) {
    const about = About.read(subject);
    const user = await interaction.services.fastly.getUser(about.user.id);
    const wanted = { settings: typedIn(values, about), reason: values.reason ?? null, lasts: null };
    const typed = values[LASTS] ?? null;
    return await editForm(interaction, user, wanted, { onTop: problem, round: about.round + 1, typed });
  },
});

/** The four roles, and the user's own if it's another one. */
function rolesFor({ role }: CurrentSettings): readonly string[] {
  return role === null || ROLES.includes(role) ? ROLES : [...ROLES, role];
}

function wantedIn(values: FormValues, about: About, times: Pick<Times, 'promotions'>): Wanted {
  const settings = changedIn(values, about);
  const lasts = lastsFromForm(values, times);
  if (lasts !== null && values[KEEP] === 'yes') {
    throw new FieldError(
      LASTS,
      say`Either keep the role without an end, or say for how long. Nothing was changed.`,
    );
  }
  // With a time the role counts as chosen, also where it is the one that the user has.
  const role = lasts === null ? undefined : (settings.role ?? about.seen.role ?? undefined);
  return {
    settings: role === undefined ? settings : { ...settings, role },
    reason: reasonFromForm(values),
    lasts,
  };
}

function changedIn(values: FormValues, { seen }: About): Settings {
  for (const setting of ['name', 'role'] as const) {
    const before = seen[setting]?.trim();
    if (before && !values[setting]?.trim()) {
      throw new FieldError(blockOf(setting), say`The ${setting} can't be empty. It is ${code(before)} now.`);
    }
  }
  const settings = settingsInForm(values, EDITABLE, { roles: rolesFor(seen), offIs: () => false });
  // Spaces around a typed name are removed. That alone doesn't count as a change of the name.
  const typed = EDITABLE.filter((setting) => setting !== 'name' || settings.name !== seen.name?.trim());
  const changed = onlyChanged(only(settings, typed), seen);
  // A role that is kept counts as chosen, too.
  return values[KEEP] === 'yes' && seen.role !== null ? { role: seen.role, ...changed } : changed;
}

/** The same, but empty where it's invalid. */
function typedIn(values: FormValues, about: About): Settings {
  try {
    return changedIn(values, about);
  } catch {
    return Settings.parse({});
  }
}
