import type { Button, KnownBlock, MrkdwnElement } from '@slack/types';
import type { Customer } from '../fastly/customer.ts';
import { nameOf, type User } from '../fastly/user.ts';
import { context, type Message, notification } from './message.ts';
import { cut, plain } from './plain.ts';
import { bold, code, date, mrkdwn, richText, type Sentence, say } from './sentence.ts';

/** Header 150, section field 2,000 characters (docs.slack.dev, header and section blocks). */
const HEADER_LENGTH = 150;
const FIELD_LENGTH = 2_000;

/**
 * A user, to be looked at: what Fastly did not send is left out, what it has no value for is 'not set'. Fastly
 * superusers, the owner and who is locked or deleted stand out.
 *
 * @param account `null` where it could not be read: then the owner is not marked
 */
export function userCard(
  user: User,
  account: Customer | null,
  footnote: Sentence,
  buttons: readonly Button[] = [],
): Message {
  const marks = standingOut(user, account);
  const name = plain(nameOf(user));
  const blocks: KnownBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: cut(name, HEADER_LENGTH), emoji: false } },
  ];
  if (name.length > HEADER_LENGTH) blocks.push(richText(say`${name}`));
  if (marks.length > 0) blocks.push(richText(enumerateMarks(marks)));
  blocks.push({ type: 'section', fields: identity(user) });
  const details = state(user);
  if (details.length > 0) blocks.push({ type: 'section', fields: details });
  const moments = history(user);
  if (moments.length > 0) blocks.push({ type: 'section', fields: moments });
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: [...buttons] });
  blocks.push(context(footnote));
  return { text: notification(say`${nameOf(user)} (${user.login})`), blocks };
}

function standingOut(user: User, account: Customer | null): Sentence[] {
  const marks: Sentence[] = [];
  if (user.deleted_at) marks.push(say`🗑️ ${bold('Deleted')} ${date(new Date(user.deleted_at))}`);
  if (user.locked) marks.push(say`🔒 ${bold('Locked')}`);
  if (account?.owner_id === user.id) marks.push(say`👑 ${bold('Owner of the account')}`);
  if (user.role === 'superuser') marks.push(say`⭐ ${bold('Fastly superuser')}`);
  return marks;
}

function enumerateMarks(marks: readonly Sentence[]): Sentence {
  return marks.reduce((line, mark) => say`${line}  ·  ${mark}`);
}

function identity(user: User): MrkdwnElement[] {
  return [
    // A name that is there is the headline.
    ...(user.name === null ? [field('Name', say`not set`)] : []),
    field('Login', say`${code(user.login)}`),
    ...optional('Role', user.role, (role) => say`${role}`),
    field('ID', say`${code(user.id)}`),
  ];
}

function state(user: User): MrkdwnElement[] {
  return [
    ...optional('Two-factor', user.two_factor_auth_enabled, (on) => say`${on ? 'on' : 'off'}`),
    ...optional('Two-factor demanded by the account', user.two_factor_setup_required, yesOrNo),
    ...optional('Locked', user.locked, yesOrNo),
    ...optional('Limited services', user.limit_services, yesOrNo),
    ...optional('Password change required', user.require_new_password, yesOrNo),
  ];
}

function history(user: User): MrkdwnElement[] {
  return [
    ...optional('Created', user.created_at, moment),
    ...optional('Updated', user.updated_at, moment),
    ...optional('Last active', user.last_active_at, moment),
  ];
}

/** Nothing for what was not sent, 'not set' for what has no value. */
function optional<T>(
  label: string,
  value: T | null | undefined,
  draw: (value: T) => Sentence,
): MrkdwnElement[] {
  if (value === undefined) return [];
  return [field(label, value === null ? say`not set` : draw(value))];
}

function field(label: string, value: Sentence): MrkdwnElement {
  return {
    type: 'mrkdwn',
    text: cut(`${mrkdwn(say`${bold(label)}`)}\n${mrkdwn(value)}`, FIELD_LENGTH),
    verbatim: true,
  };
}

function yesOrNo(value: boolean): Sentence {
  return say`${value ? 'yes' : 'no'}`;
}

function moment(iso: string): Sentence {
  return say`${date(new Date(iso))}`;
}
