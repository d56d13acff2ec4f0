import type { Button, KnownBlock, TextObject } from '@slack/types';
import type { PromotionShown } from '../changes/promotion.ts';
import { isSameRole } from '../changes/roles.ts';
import { isSuperuser } from '../changes/superuser.ts';
import { type Customer, nameOf, type User } from '../fastly/user.ts';
import { field, HEADER_LENGTH, header, momentField } from './kit/blocks.ts';
import { context, type Message, notification } from './kit/message.ts';
import { plainName } from './kit/plain.ts';
import { bold, code, date, richText, type Sentence, say, sideBySide } from './kit/sentence.ts';
import { untilText } from './promotion-text.ts';
import { roleText } from './role-text.ts';
import { settingField, settingValue } from './settings-text.ts';

/**
 * The card of one user. Leaves out fields that Fastly did not send, and says 'not set' for null. Marks Fastly superusers,
 * the account's owner, and locked or deleted users. The order matters, because Slack puts two fields in a row.
 *
 * @param account `null` where it could not be read; the owner isn't marked then
 * @param running the user's role that ends, if it does
 */
export function userCard(
  user: User,
  account: Customer | null,
  footnote: Sentence,
  buttons: readonly Button[] = [],
  running: PromotionShown | null = null,
): Message {
  const marks = standingOut(user, account);
  const name = plainName(nameOf(user));
  const blocks: KnownBlock[] = [header(name)];
  if (name.length > HEADER_LENGTH) blocks.push(richText(say`${name}`));
  if (marks.length > 0) blocks.push(richText(sideBySide(marks)));
  blocks.push({ type: 'section', fields: identity(user, running) });
  const details = state(user);
  if (details.length > 0) blocks.push({ type: 'section', fields: details });
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: [...buttons] });
  blocks.push(context(footnote));
  return { text: notification(say`${nameOf(user)} (${user.login})`), blocks };
}

function standingOut(user: User, account: Customer | null): Sentence[] {
  const marks: Sentence[] = [];
  if (user.deleted_at) marks.push(say`🗑️ ${bold('Deleted')} ${date(new Date(user.deleted_at))}`);
  if (user.locked) marks.push(say`🔒 ${bold('Locked')}`);
  if (account?.owner_id === user.id) marks.push(say`👑 ${bold('Owner of the account')}`);
  if (isSuperuser(user)) marks.push(say`⭐ ${bold('Fastly superuser')}`);
  return marks;
}

function identity(user: User, running: PromotionShown | null): TextObject[] {
  const ends = running !== null && isSameRole(running.role, user.role ?? '');
  return [
    // The headline has the name, if there is one.
    ...(user.name === null ? [field('Name', say`not set`)] : []),
    field('Login', say`${code(user.login)}`),
    ...(user.role === undefined && !user.roles?.length
      ? []
      : [field('Role', ends ? untilText(running) : roleText(user))]),
    field('ID', say`${code(user.id)}`),
    ...momentField('Last active', user.last_active_at, say`never`),
  ];
}

function state(user: User): TextObject[] {
  return [
    ...twoFactor(user),
    ...settingField('locked', user.locked),
    ...settingField('limit_services', user.limit_services),
    ...settingField('require_new_password', user.require_new_password),
    ...momentField('Created', user.created_at, say`not set`),
    ...momentField('Updated', user.updated_at, say`not set`),
  ];
}

function twoFactor(user: User): TextObject[] {
  const { two_factor_auth_enabled: on, two_factor_setup_required: demanded } = user;
  if (!demanded) return settingField('two_factor_auth_enabled', on);
  const state = on === undefined ? say`` : say`${settingValue('two_factor_auth_enabled', on)}, `;
  return [field('2FA', say`${state}required by the account`)];
}
