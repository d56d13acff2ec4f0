import type { Button, ModalView } from '@slack/types';
import { z } from 'zod';
import type { PromotionShown } from '../../changes/promotion.ts';
import { rolesDigest } from '../../changes/roles.ts';
import { Settings } from '../../changes/settings.ts';
import { SUBCOMMAND_NAMES, type SubcommandName } from '../../config/subcommand-names.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { button } from '../../messages/kit/blocks.ts';
import { context, lineWith, type Message, message } from '../../messages/kit/message.ts';
import { richText, type Sentence, say, sideBySide, withoutTyped } from '../../messages/kit/sentence.ts';
import { lastsText, offText } from '../../messages/promotion-text.ts';
import { rolesCaution, roleText } from '../../messages/role-text.ts';
import { settingsText } from '../../messages/settings-text.ts';
import { userText } from '../../messages/user-text.ts';
import { codecFor } from '../../slack/carried.ts';
import { type Interaction, Original } from '../../slack/replies/interaction.ts';
import { openModal } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Services } from '../../slack/replies/services.ts';
import { viewOf } from '../form.ts';
import { TokenFilterSchema } from '../tokens/filter.ts';
import { LoginChanged, Meant, meantBy } from './meant.ts';
import { USER_PICKER, userChoice, userPicker } from './user-picker.ts';

/** The parsed command that a question carries, but for the user. What was typed may hold a secret, so it stays behind. */
const AskedSchema = z.object({
  subcommand: z.enum(SUBCOMMAND_NAMES),
  settings: Settings.optional(),
  reason: z.string().nullable().optional(),
  /** For how many milliseconds a role is given. */
  lasts: z.int().optional(),
  /** The switches that were given, of those that the subcommand has. */
  chosen: z.array(z.string().max(30)).max(5).optional(),
  tokens: TokenFilterSchema.optional(),
  /** Stands for the user's roles where the caller was told what of them may be lost (`rolesDigest`). */
  rolesShown: z.string().max(64).optional(),
  /** What to undo: the change's delivery key, and its confirmation. `settings` only shows what comes from the store. */
  undoes: z.object({ change: z.string(), confirmation: Original.nullable() }).optional(),
});
export type Asked = z.infer<typeof AskedSchema>;
export const Asked = codecFor('form', AskedSchema, 'help');

const AnswerSchema = AskedSchema.extend({ user: Meant, private: z.boolean() });
export const Answer = codecFor('button', AnswerSchema, 'help');

export const CHOOSE = 'user.choose';
/** The form for many users. */
export const CHOOSE_FORM = {
  id: 'user.choose.form',
  title: 'Which user?',
  submit: 'Continue',
  mainBlockId: USER_PICKER,
};

/** What a subcommand does to the user who was chosen. */
export type OnUser = {
  name: SubcommandName;
  /** What a button says that does it to this user: 'Reset Ada Example'. */
  button(services: Services, name: string): string;
  /** Checks what came back with an answer, before the question goes. @throws {Refusal} */
  check?(asked: Asked, services: Services): void;
  act(interaction: Interaction, user: Meant, asked: Asked): Promise<Delivered>;
};

/** The caller has to know something of the user's roles first. Nothing was done. */
export class RolesToLose extends Refusal {
  readonly user: User;

  constructor(user: User, caution: Sentence) {
    super(say`${caution} Nothing was done.`);
    this.user = user;
  }
}

type Question = {
  users: readonly [User, ...User[]];
  /** Whether more users fit than are asked about. */
  more?: boolean;
  text: readonly Sentence[];
  asked: Asked;
};

const MOST_BUTTONS = 5;

/** So many characters fit a button's value (docs.slack.dev, button element). */
const VALUE_LENGTH = 2_000;
/** A view's `private_metadata` holds 3,000 characters (docs.slack.dev, modal views), some of them for the origin. */
const SUBJECT_LENGTH = 2_500;

/**
 * Asks the caller whom they mean before anything is done: a private message with a button for each user, or a form where
 * there are many.
 */
export async function ask(interaction: Interaction, subcommand: OnUser, question: Question): Promise<void> {
  const [first, ...others] = question.users;
  const few = { ...question, users: [first, ...others.slice(0, MOST_BUTTONS - 1)] } as const;
  if (others.length < MOST_BUTTONS && (await askInMessage(interaction, subcommand, few))) return;
  try {
    await openModal(interaction, chooseForm(interaction, question));
  } catch (error) {
    // The trigger is too old, for instance. The best few fit a message, which needs none.
    const isAsked =
      error instanceof Refusal && (await askInMessage(interaction, subcommand, { ...few, more: true }));
    if (!isAsked) throw error;
  }
}

/** `false` where what is carried is too long for a button. A direct message, which stays, repeats nothing that was typed. */
async function askInMessage(
  interaction: Interaction,
  subcommand: OnUser,
  question: Question,
): Promise<boolean> {
  const setsRole = question.asked.settings?.role !== undefined;
  const running = setsRole ? await interaction.services.promotions.running() : [];
  const asked = withButtons(interaction, subcommand, question, running);
  const text = question.text.map(withoutTyped);
  const kept = withButtons(interaction, subcommand, { ...question, text }, running);
  if (asked === null || kept === null) return false;
  await interaction.reply.privately(asked, kept);
  return true;
}

/** Acts on a user. Asks anew where the user has another login than the caller saw. */
export async function actOrAskAnew(
  interaction: Interaction,
  subcommand: OnUser,
  user: Meant,
  asked: Asked,
): Promise<void> {
  try {
    const delivered = await subcommand.act(interaction, user, asked);
    if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
  } catch (error) {
    if (!(await askAnew(interaction, subcommand, error, asked))) throw error;
  }
}

/** Asks where nothing was done because the caller has to see the user as they are now. `false` for any other error. */
export async function askAnew(
  interaction: Interaction,
  subcommand: OnUser,
  error: unknown,
  asked: Asked,
): Promise<boolean> {
  if (error instanceof RolesToLose) await askAboutRoles(interaction, subcommand, error.user, asked);
  else if (error instanceof LoginChanged) {
    const text = say`The user you chose has another login now. Nothing was done. Is it still the right user?`;
    await ask(interaction, subcommand, { users: [error.user], text: [text], asked });
  } else return false;
  return true;
}

export async function askAboutRoles(
  interaction: Interaction,
  subcommand: OnUser,
  user: User,
  asked: Asked,
): Promise<void> {
  await ask(interaction, subcommand, { users: [user], text: [say`Continue anyway?`], asked });
}

/** `null` where what is carried is too long for a button. */
function withButtons(
  { services, origin }: Interaction,
  subcommand: OnUser,
  { users, more, text, asked }: Question,
  running: readonly PromotionShown[],
): Message | null {
  const alone = users.length === 1 ? cautionsFor(users[0], asked, running) : [];
  const [first = say`Which user do you mean?`, ...others] = [...alone, ...text];
  const shown = message(first, ...others, ...wanted(asked));
  for (const user of users) {
    const cautions = cautionsFor(user, asked, running);
    const rolesShown = cautions.length > 0 ? { rolesShown: rolesDigest(user) } : {};
    const value = Answer.write({ ...asked, ...rolesShown, user: meantBy(user), private: origin.private });
    if (value.length > VALUE_LENGTH) return null;
    const choice = button({ actionId: CHOOSE, text: subcommand.button(services, nameOf(user)), value });
    shown.blocks.push({
      ...lineWith(choice, sideBySide([about(user), ...(alone.length > 0 ? [] : cautions)])),
      block_id: user.id,
    });
  }
  if (more) shown.blocks.push(context(say`Others match, too. Type more of the name, or the email or ID.`));
  return shown;
}

/** What is to be set, so that the caller sees all that a button does. */
function wanted({ settings = {}, lasts }: Pick<Asked, 'settings' | 'lasts'>): Sentence[] {
  const end = lasts === undefined ? null : lastsText(lasts);
  return Object.keys(settings).length === 0 ? [] : [say`To be set: ${settingsText(settings, end)}.`];
}

/** What to know of the user's roles, and of one that ends, before a role is set. */
function cautionsFor(
  user: User,
  { settings: { role } = {}, lasts }: Pick<Asked, 'settings' | 'lasts'>,
  running: readonly PromotionShown[],
): Sentence[] {
  if (role === undefined) return [];
  const caution = role === user.role ? null : rolesCaution(user);
  const promotion = running.find((each) => each.user.id === user.id);
  // With a new time, the same role goes on to another end.
  const isOff = role !== user.role || (role === promotion?.role && lasts === undefined);
  return [
    ...(caution ? [say`⚠️ ${caution}`] : []),
    ...(promotion !== undefined && isOff ? [offText(promotion, lasts !== undefined)] : []),
  ];
}

function about(user: User): Sentence {
  const role = user.role == null ? say`` : say` · ${roleText(user)}`;
  return say`${userText(user)}${role}`;
}

/** @param question without one, the form searches all users */
export function chooseForm(
  interaction: Interaction,
  { asked, text, users, problem }: Pick<Question, 'asked'> & Partial<Question> & { problem?: Sentence },
): ModalView {
  const subject = Asked.write(asked);
  if (subject.length > SUBJECT_LENGTH) {
    throw new Refusal(
      say`Several users match, and the command is too long for a question. Nothing was changed. Type the user's email or ID.`,
    );
  }
  return viewOf(CHOOSE_FORM, interaction.origin, {
    subject,
    onTop: problem,
    blocks: [
      ...(text ? [richText(...text, ...wanted(asked))] : []),
      users ? userChoice(users) : userPicker(),
    ],
  });
}

export function updateUserButton(
  { origin }: Interaction,
  user: User,
  text: string,
  asked: Omit<Asked, 'subcommand'>,
): Button {
  const value = Answer.write({
    ...asked,
    subcommand: 'update',
    user: meantBy(user),
    private: origin.private,
  });
  return button({ actionId: CHOOSE, text, value });
}

/** A button that only looks: it shows the user's card. */
export function lookButton({ origin }: Pick<Interaction, 'origin'>, user: User): Button {
  const value = Answer.write({ subcommand: 'get', user: meantBy(user), private: origin.private });
  return button({ actionId: CHOOSE, text: `Show ${nameOf(user)}`, value });
}
