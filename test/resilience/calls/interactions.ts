import { answer } from '../../e2e/support/answering.ts';
import { askForDeletion, toldPrivately, untilTold } from '../../e2e/support/approving.ts';
import { CHOSEN } from '../../e2e/support/changing-passwords.ts';
import { idlers, openForm, submitTicked } from '../../e2e/support/idle.ts';
import { invited } from '../../e2e/support/inviting.ts';
import { DAILY } from '../../e2e/support/leavers.ts';
import { GRACE } from '../../e2e/support/newcomers.ts';
import { pickerValue } from '../../e2e/support/picker-value.ts';
import { CI_PURGE, SESSION } from '../../e2e/support/tokens.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  LIMITED_ENGINEER,
  PASSWORD,
  PEOPLE,
  PRIYA_USER,
  THIRD_SUPERUSER,
} from '../../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import {
  afterDeletion,
  allLeft,
  approvedAndDone,
  asked,
  besideLeaver,
  CARD,
  COLLEAGUES,
  clicking,
  clicks,
  ENGINEER_PICKED,
  engineerLocked,
  hasForm,
  hasLeft,
  hasTokens,
  home,
  homeButton,
  type Interaction,
  manyInvited,
  manyUsers,
  offered,
  opening,
  opens,
  reads,
  reporting,
  resets,
  stepping,
  submits,
  submitting,
  taking,
  types,
  typing,
  untilForm,
  untilRead,
  users,
} from './acting.ts';

const LOCK_SEVERAL = 'list.lock-several';
const LOCK_SEVERAL_FORM = 'list.lock-several-form';
const TWO = idlers(2);
const twoIdle = ({ client }: Sandbox) => client.putFastlyUsers(TWO);
const twoLocked = async ({ client }: Sandbox) => {
  await submitTicked(client, TWO);
  await reads(client.as(NORA), '✅ 2 of 2 locked.');
};
const FOR_A_TIME = `update ${PRIYA_USER.id} --role billing --for 4h`;

/** The person who has the role is told of it, until when. */
const untilPersonTold = ({ client }: Sandbox) =>
  untilTold(client.as(PRIYA), 'has the role billing until', 'direct');

async function givesForATime(sandbox: Sandbox): Promise<void> {
  await types(sandbox, FOR_A_TIME, 'Role engineer → billing until');
  await untilPersonTold(sandbox);
}

/** By the name that the table has for it. */
export const INTERACTIONS: Record<string, Interaction> = {
  help: typing('help', '/fastly-user whoami'),
  whoami: typing('whoami', BOT_ACCOUNT.login),

  'get, by ID': typing(`get ${ENGINEER.id}`, ENGINEER.login),
  'get, by login': typing(`get ${ENGINEER.login}`, ENGINEER.id),
  'get, by name': typing(`get ${ENGINEER.name}`, ENGINEER.login),
  'get, by mention': typing(`get @${PRIYA.name}`, PRIYA.email),
  'get, where two fit': typing('get morton', LIMITED_ENGINEER.login),
  'get, where many fit': {
    id: '/fastly-user',
    before: ({ client }) => client.putFastlyUsers(users(7)),
    act: (sandbox) => opens(sandbox, 'get person', 'user.choose.form'),
  },
  'get, without words': opening('get', 'get.form'),
  'get, its form': submitting('get.form', 'get', ENGINEER_PICKED, ENGINEER.id),
  'typing into a picker of users': {
    id: 'user-picker',
    before: (sandbox) => opens(sandbox, 'get', 'get.form'),
    act: ({ client }) => client.as(NORA).typeAhead('user-picker', 'morton'),
  },
  'choosing one of two': {
    id: 'user.choose',
    before: (sandbox) => types(sandbox, 'get morton', LIMITED_ENGINEER.login),
    act: async (sandbox) => {
      await answer(sandbox.client.as(NORA), CDN_TEAM, ENGINEER);
      await reads(sandbox.client.as(NORA), ENGINEER.id);
    },
  },
  'choosing one of many': {
    id: 'user.choose.form',
    before: async (sandbox) => {
      await sandbox.client.putFastlyUsers(users(7));
      await opens(sandbox, 'get person', 'user.choose.form');
    },
    act: (sandbox) => submits(sandbox, { 'user-picker': pickerValue(users(7)[3] ?? ENGINEER) }, 'many0003'),
  },
  'Show on a refusal': clicking(
    'user.choose',
    'get lee@example.com',
    'Similar',
    untilRead('ashlee1'),
    ({ client }) =>
      client.putFastlyUsers([{ id: 'ashlee1', name: 'Ashlee Quill', login: 'ashlee@example.com' }]),
  ),

  list: typing('list', 'users in the Fastly account'),
  'list, next page': clicking('list.next', 'list person', '1 to 50', untilRead('51 to 60'), manyUsers),
  'list, previous page': {
    id: 'list.previous',
    before: async (sandbox) => {
      await manyUsers(sandbox);
      await types(sandbox, 'list person', '1 to 50');
      await clicks(sandbox, 'list.next');
      await reads(sandbox.client.as(NORA), '51 to 60');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'list.previous');
      await reads(sandbox.client.as(NORA), '1 to 50');
    },
  },
  'list, Filter': clicking('list.filter', 'list', 'users in the Fastly account', untilForm('list.form')),
  'list, its form': {
    id: 'list.form',
    before: async (sandbox) => {
      await types(sandbox, 'list', 'users in the Fastly account');
      await clicks(sandbox, 'list.filter');
      await hasForm(sandbox, 'list.form');
    },
    act: (sandbox) => submits(sandbox, { text: 'morton' }, `2 of ${PEOPLE.length} users`),
  },
  'list, Lock several': clicking(
    LOCK_SEVERAL,
    'list idle --inactive 90d',
    'inactive for 90 days',
    untilForm(LOCK_SEVERAL_FORM),
    twoIdle,
  ),
  'list, Lock several, its form': {
    id: LOCK_SEVERAL_FORM,
    before: async (sandbox) => {
      await twoIdle(sandbox);
      await openForm(sandbox.client);
    },
    act: twoLocked,
  },
  'Stop on a request about several': {
    id: 'approvals.stop',
    before: async (sandbox) => {
      const { client } = sandbox;
      await twoIdle(sandbox);
      await client.fastlyFaults({ hold: { match: 'GET /user/idle1', when: 'before', times: 1 } });
      await openForm(client);
      await submitTicked(client, TWO);
      await client.untilHeld('fastly');
      // About everybody, as the run goes on where Fastly fails about one.
      await client.fastlyFaults({ fail: { match: 'GET', status: 500, times: 100 } });
      await client.fastlyFaults({ hold: null });
      await reads(client.as(NORA), '1 of 2 locked');
      await untilTold(client.as(NORA), '1 of 2 users were locked', 'direct');
      await client.fastlyFaults({ fail: null });
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'approvals.stop');
      await reads(sandbox.client.as(NORA), 'stopped it.');
      await untilTold(sandbox.client.as(NORA), 'stopped it.', 'direct');
    },
  },
  'Unlock these': {
    id: 'approvals.unlock-several',
    before: async (sandbox) => {
      await twoIdle(sandbox);
      await openForm(sandbox.client);
      await twoLocked(sandbox);
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'approvals.unlock-several');
      await reads(sandbox.client.as(NORA), 'unlocked 2 users.');
      await reads(sandbox.client.as(NORA), '2 users unlocked.');
    },
  },

  'list --left': {
    id: '/fastly-user',
    before: ({ client }) => client.changeMember(PRIYA.id, 'deactivated'),
    act: (sandbox) => types(sandbox, 'list --left', PRIYA.email),
  },
  'list --left, next page': {
    id: 'list.left',
    first: { options: { colleagues: COLLEAGUES } },
    before: async (sandbox) => {
      await allLeft(sandbox);
      await types(sandbox, 'list --left', 'Showing 1 to 50');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'list.left');
      await reads(sandbox.client.as(NORA), 'Showing 51 to 60');
    },
  },
  'Lock beside somebody who left': besideLeaver('lock', 'lock.form'),
  'Ask for deletion beside somebody who left': besideLeaver('delete', 'delete.form'),
  'Keep beside somebody who left': besideLeaver('keep', 'leavers.keep-form'),
  'Cancel requests of somebody who left': {
    id: 'leavers.requests',
    first: { variables: { ...DAILY, SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join() } },
    before: async (sandbox) => {
      await askForDeletion(sandbox.client, PRIYA, ENGINEER);
      await hasLeft(sandbox);
    },
    act: async ({ client }) => {
      await client.as(NORA).click({ channel: CDN_TEAM.id, actionId: 'leavers.requests', confirm: 'yes' });
      await reads(client.as(NORA), 'denied the request: The requester left Slack.');
      await untilTold(client.as(NORA), 'Cancelled 1 request: ');
    },
  },
  'Keep, its form': {
    id: 'leavers.keep-form',
    first: { variables: DAILY },
    before: async (sandbox) => {
      await hasLeft(sandbox);
      await clicks(sandbox, 'leavers.keep');
      await hasForm(sandbox, 'leavers.keep-form');
    },
    act: (sandbox) => submits(sandbox, { reason: 'Shared account' }, 'Kept. The message says so'),
  },

  approvals: {
    id: '/fastly-user',
    before: asked,
    act: (sandbox) => types(sandbox, 'approvals', 'One request is open'),
  },
  'approvals, the next roles that end': clicking(
    'promotion.more',
    'approvals',
    'There are no open requests.',
    untilRead('idle.10@example.com ): billing until'),
    async (sandbox) => {
      const eleven = idlers(11);
      await sandbox.client.putFastlyUsers(eleven);
      for (const { id, login } of eleven) await types(sandbox, `update ${id} --role billing --for 1d`, login);
    },
  ),
  audit: {
    id: '/fastly-user',
    before: resets,
    act: (sandbox) => types(sandbox, 'audit', 'The latest changes'),
  },
  'audit, of a user by ID': {
    id: '/fastly-user',
    before: resets,
    act: (sandbox) => types(sandbox, `audit ${ENGINEER.id}`, 'The latest changes'),
  },
  'audit, of a user by name': {
    id: '/fastly-user',
    before: resets,
    act: (sandbox) => types(sandbox, `audit ${ENGINEER.name}`, 'The latest changes'),
  },
  'audit, Older': clicking('audit.older', 'audit', 'The latest changes', untilRead('Newest'), resets),
  'audit, Newest': {
    id: 'audit.newest',
    before: async (sandbox) => {
      await resets(sandbox);
      await types(sandbox, 'audit', 'The latest changes');
      await clicks(sandbox, 'audit.older');
      await reads(sandbox.client.as(NORA), 'Newest');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'audit.newest');
      await reads(sandbox.client.as(NORA), 'Older');
    },
  },
  'audit, About a user': clicking(
    'audit.find',
    'audit',
    'The latest changes',
    untilForm('audit.form'),
    resets,
  ),
  'audit, its form': {
    id: 'audit.form',
    before: async (sandbox) => {
      await resets(sandbox);
      await types(sandbox, 'audit', 'The latest changes');
      await clicks(sandbox, 'audit.find');
      await hasForm(sandbox, 'audit.form');
      await offered(sandbox);
    },
    act: (sandbox) => submits(sandbox, ENGINEER_PICKED, `The latest changes to ${ENGINEER.name}`),
  },

  report: typing('report', 'users in the Fastly account'),
  'report, Fastly superusers': reporting('superusers', 'role superuser'),
  'report, Without 2FA': reporting('without-2fa', ': without 2FA'),
  'report, Locked': reporting('locked', '2 of'),
  'report, Idle users': reporting('idle', 'inactive for 90 days'),
  'report, Idle API tokens': reporting('idle-tokens', 'unused for 90 days'),
  'report, Expiring API tokens': reporting('expiring-tokens', 'expiring within 14 days'),
  'report, Changes': reporting('changes', 'The latest changes', (sandbox) =>
    types(sandbox, `reset ${ENGINEER.id}`, 'a password reset'),
  ),
  'report, Roles that end': reporting('promotions', 'billing until', (sandbox) =>
    types(sandbox, FOR_A_TIME, 'Role engineer → billing until'),
  ),
  'report, Left Slack': {
    id: 'report.leavers',
    first: { variables: DAILY },
    before: async (sandbox) => {
      await hasLeft(sandbox);
      await types(sandbox, 'report', 'Left Slack');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'report.leavers');
      await reads(sandbox.client.as(NORA), 'still a Fastly login');
    },
  },

  'reset, by ID': typing(`reset ${ENGINEER.id}`, 'a password reset'),
  'reset, by name': typing(`reset "${ENGINEER.name}"`, 'a password reset'),
  'reset, without words': opening('reset', 'reset.form'),
  'reset, its form': submitting('reset.form', 'reset', ENGINEER_PICKED, 'a password reset'),
  'Reset on a card': clicking('reset.button', CARD, ENGINEER.login, untilRead('a password reset')),

  'password, without words': opening('password', 'password.form'),
  'password, its form': submitting(
    'password.form',
    'password',
    { login: ENGINEER.login, 'secret.current-password': PASSWORD, 'secret.new-password': CHOSEN },
    'changed the password',
  ),

  'update, by ID': typing(`update ${ENGINEER.id} --role billing`, 'Role engineer → billing'),
  'update, without settings': opening(`update ${ENGINEER.id}`, 'update.form'),
  'update, without words': opening('update', 'update.pick'),
  'update, its picker': {
    id: 'update.pick',
    before: async (sandbox) => {
      await opens(sandbox, 'update', 'update.pick');
      await offered(sandbox);
    },
    act: async (sandbox) => {
      await sandbox.client.as(NORA).submit(ENGINEER_PICKED);
      await hasForm(sandbox, 'update.form');
    },
  },
  'update, its form': submitting(
    'update.form',
    `update ${ENGINEER.id}`,
    { role: 'billing' },
    'Role engineer → billing',
  ),
  'Update on a card': clicking('update.button', CARD, ENGINEER.login, untilForm('update.form')),
  Undo: clicking(
    'update.undo',
    `update ${ENGINEER.id} --role billing`,
    'Role engineer → billing',
    async ({ client }) => {
      await reads(client.as(NORA), 'Undone by');
      await reads(client.as(NORA), 'Role billing → engineer');
    },
  ),
  'update to a Fastly superuser': {
    id: '/fastly-user',
    act: (sandbox) => types(sandbox, `update ${ENGINEER.id} --role superuser`, 'Needs 1 approval'),
  },
  'update, for a time': { id: '/fastly-user', act: givesForATime },
  'End now': {
    id: 'promotion.end',
    before: givesForATime,
    act: async (sandbox) => {
      await clicks(sandbox, 'promotion.end');
      for (const each of [NORA, PRIYA]) await untilTold(sandbox.client.as(each), 'Ended by', 'direct');
    },
  },
  'Extend a role that ends': {
    id: 'promotion.extend',
    before: givesForATime,
    act: async (sandbox) => {
      await clicks(sandbox, 'promotion.extend');
      await hasForm(sandbox, 'promotion.extend-form');
    },
  },
  'Extend a role that ends, its form': {
    id: 'promotion.extend-form',
    before: async (sandbox) => {
      await givesForATime(sandbox);
      await clicks(sandbox, 'promotion.extend');
      await hasForm(sandbox, 'promotion.extend-form');
    },
    act: async (sandbox) => {
      await submits(sandbox, { for: '6h', reason: null }, 'moved the end of the role of');
      await sandbox.client
        .as(PRIYA)
        .until(
          (sees) =>
            toldPrivately(sees, 'direct').filter((words) => words.includes('has the role billing until'))
              .length === 2,
          'the new end',
        );
    },
  },
  'lock, by ID': typing(`lock ${ENGINEER.id}`, '🔒'),
  'lock, by ID, with all that can follow': typing(
    `lock ${ENGINEER.id} --end-sessions --revoke-tokens --email-reset`,
    '✉️ Fastly emails a password reset',
  ),
  'lock, by name, where one fits': opening('lock edda', 'lock.form'),
  'lock of a Fastly superuser': typing(`lock ${THIRD_SUPERUSER.id}`, 'Needs 1 approval'),
  'lock of a Fastly superuser, with all that can follow': typing(
    `lock ${THIRD_SUPERUSER.id} --end-sessions --revoke-tokens`,
    'Needs 1 approval',
  ),
  'lock, without words': opening('lock', 'lock.pick'),
  'lock, its picker': {
    id: 'lock.pick',
    before: async (sandbox) => {
      await opens(sandbox, 'lock', 'lock.pick');
      await offered(sandbox);
    },
    act: async (sandbox) => {
      await sandbox.client.as(NORA).submit(ENGINEER_PICKED);
      await hasForm(sandbox, 'lock.form');
    },
  },
  'lock, its form': submitting('lock.form', 'lock edda', { steps: [], reason: null }, '🔒'),
  'Lock on a card': clicking('lock.button', CARD, ENGINEER.login, untilForm('lock.form')),
  'End browser sessions, once more': clicking(
    'lock.end-sessions',
    `lock ${ENGINEER.id} --end-sessions`,
    'Not all browser sessions',
    untilRead('✅ 1 browser session ended.'),
    async ({ client }) => {
      await client.putFastlyTokens([SESSION]);
      await client.fastlyFaults({
        fail: { match: 'DELETE /tokens/', status: 403, body: '{"msg":"No"}', times: 1 },
      });
    },
  ),
  'Revoke API tokens, once more': clicking(
    'lock.revoke',
    `lock ${ENGINEER.id} --revoke-tokens`,
    "Revoking API tokens wasn't requested",
    async (sandbox) => {
      await reads(sandbox.client.as(NORA), 'asks to revoke 1 API token');
      await reads(sandbox.client.as(NORA), 'Needs 1 approval');
    },
    async ({ client }) => {
      await client.putFastlyTokens([CI_PURGE]);
      await client.fastlyFaults({
        fail: { match: `GET /customer/${CUSTOMER_ID}/tokens`, status: 403, body: '{"msg":"No"}', times: 1 },
      });
    },
  ),
  'Email a password reset, once more': clicking(
    'lock.reset',
    `lock ${ENGINEER.id} --email-reset`,
    "wasn't sent",
    untilRead('✉️ Fastly emails a password reset'),
    ({ client }) =>
      client.fastlyFaults({ fail: { match: 'POST /user/', status: 403, body: '{"msg":"No"}', times: 1 } }),
  ),
  'unlock, by ID': { ...typing(`unlock ${ENGINEER.id}`, '🔓'), before: engineerLocked },
  'unlock, without words': opening('unlock', 'unlock.form'),
  'unlock, its form': {
    id: 'unlock.form',
    before: async (sandbox) => {
      await engineerLocked(sandbox);
      await opens(sandbox, 'unlock', 'unlock.form');
      await offered(sandbox);
    },
    act: (sandbox) => submits(sandbox, ENGINEER_PICKED, '🔓'),
  },
  'Unlock on a card': clicking('unlock.button', CARD, ENGINEER.login, untilRead('🔓'), engineerLocked),

  create: typing(`create ${GRACE} --name Grace --role engineer`, '🆕'),
  'create, without words': opening('create', 'create.form'),
  'create, its form': submitting(
    'create.form',
    'create',
    { address: GRACE, name: 'Grace', role: 'engineer' },
    '🆕',
  ),
  'create a Fastly superuser': typing(`create ${GRACE} --name Grace --role superuser`, 'Needs 1 approval'),
  invite: typing(`invite ${GRACE} --role engineer`, '✉️'),
  'invite, without words': opening('invite', 'invite.form'),
  'invite, its form': submitting('invite.form', 'invite', { address: GRACE, role: 'engineer' }, '✉️'),
  'Invite on a list': clicking(
    'invite.button',
    'invitations',
    'No invitation is open',
    untilForm('invite.form'),
  ),
  invitations: typing('invitations', 'No invitation is open'),
  'invitations, older': clicking(
    'invitations.older',
    'invitations',
    'page 1 of 2',
    untilRead('page 2 of 2'),
    manyInvited,
  ),
  'invitations, newer': {
    id: 'invitations.newer',
    before: async (sandbox) => {
      await manyInvited(sandbox);
      await types(sandbox, 'invitations', 'page 1 of 2');
      await clicks(sandbox, 'invitations.older');
      await reads(sandbox.client.as(NORA), 'page 2 of 2');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'invitations.newer');
      await reads(sandbox.client.as(NORA), 'page 1 of 2');
    },
  },
  'invitations on a list of users': clicking(
    'invitations.show',
    'list',
    'Withdraw invitations',
    untilRead('newest first'),
    manyInvited,
  ),
  'invitations, Withdraw': {
    id: 'invitations.withdraw',
    before: async (sandbox) => {
      await invited(sandbox, [GRACE]);
      await types(sandbox, 'invitations', GRACE);
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'invitations.withdraw');
      await reads(sandbox.client.as(NORA), 'withdrew');
      await reads(sandbox.client.as(NORA), 'No invitation is open');
    },
  },

  'delete, by ID': typing(`delete ${ENGINEER.id}`, 'Needs 1 approval'),
  'delete, by name': typing(`delete "${ENGINEER.name}"`, 'Needs 1 approval'),
  'delete, of a Fastly superuser': typing(`delete ${THIRD_SUPERUSER.id}`, 'Needs 1 approval'),
  'delete, with tokens': {
    ...typing(`delete ${ENGINEER.id} --revoke-tokens`, 'Needs 1 approval'),
    before: hasTokens,
  },
  'delete, without words': opening('delete', 'delete.form'),
  'delete, its form': submitting('delete.form', 'delete', ENGINEER_PICKED, 'Requested by'),
  'Delete on a card': clicking('delete.button', CARD, ENGINEER.login, untilForm('delete.form')),

  tokens: typing('tokens', 'in the Fastly account'),
  'tokens, of a user by ID': {
    id: '/fastly-user',
    before: hasTokens,
    act: (sandbox) => types(sandbox, `tokens ${ENGINEER.id}`, '60 API tokens'),
  },
  'tokens, next page': clicking(
    'tokens.next',
    'tokens',
    'Showing 1 to 50',
    untilRead('Showing 51 to '),
    hasTokens,
  ),
  'tokens, previous page': {
    id: 'tokens.previous',
    before: async (sandbox) => {
      await hasTokens(sandbox);
      await types(sandbox, 'tokens', 'Showing 1 to 50');
      await clicks(sandbox, 'tokens.next');
      await reads(sandbox.client.as(NORA), 'Showing 51 to ');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'tokens.previous');
      await reads(sandbox.client.as(NORA), 'Showing 1 to 50');
    },
  },
  'tokens, Filter': clicking('tokens.filter', 'tokens', 'in the Fastly account', untilForm('tokens.form')),
  'tokens, its form': {
    id: 'tokens.form',
    before: async (sandbox) => {
      await types(sandbox, 'tokens', 'in the Fastly account');
      await clicks(sandbox, 'tokens.filter');
      await hasForm(sandbox, 'tokens.form');
    },
    act: (sandbox) => submits(sandbox, { unused: '90' }, 'unused for 90 days'),
  },
  'API tokens on a card': clicking('tokens.button', CARD, ENGINEER.login, untilRead('has no API tokens')),

  'revoke, by ID': {
    id: '/fastly-user',
    before: hasTokens,
    act: (sandbox) => types(sandbox, `revoke ${ENGINEER.id} --tokens token7`, 'Needs 1 approval'),
  },
  'revoke, without tokens': {
    id: '/fastly-user',
    before: hasTokens,
    act: (sandbox) => opens(sandbox, `revoke ${ENGINEER.id}`, 'revoke.form'),
  },
  'revoke, without words': opening('revoke', 'revoke.pick'),
  'revoke, its picker': {
    id: 'revoke.pick',
    before: async (sandbox) => {
      await hasTokens(sandbox);
      await opens(sandbox, 'revoke', 'revoke.pick');
      await offered(sandbox);
    },
    act: async (sandbox) => {
      await sandbox.client.as(NORA).submit(ENGINEER_PICKED);
      await hasForm(sandbox, 'revoke.form');
    },
  },
  'revoke, its form': {
    id: 'revoke.form',
    before: async (sandbox) => {
      await hasTokens(sandbox);
      await opens(sandbox, `revoke ${ENGINEER.id}`, 'revoke.form');
    },
    act: (sandbox) => submits(sandbox, { tokens: ['token token7'] }, 'Needs 1 approval'),
  },
  'Revoke on a list of tokens': clicking(
    'revoke.button',
    `tokens ${ENGINEER.id}`,
    '60 API tokens',
    untilForm('revoke.form'),
    hasTokens,
  ),
  'Revoke on a deletion that left some': afterDeletion('approvals.revoke', 'stay', 'revoke.form'),
  'Revoke on a deletion that was refused': afterDeletion('approvals.revoke-first', 'refuse', 'delete.form'),

  Approve: stepping('approve', TOMAS),
  'Approve, its form, and the deletion': taking('approve', TOMAS, approvedAndDone),
  Deny: stepping('deny', TOMAS),
  'Deny, its form': taking('deny', TOMAS, ({ client }) => untilTold(client.as(NORA), 'denied', 'direct')),
  Cancel: stepping('cancel', NORA),
  'Cancel, its form': taking('cancel', NORA, ({ client }) => reads(client.as(NORA), 'cancelled the request')),
  'Lock now': stepping('lock', TOMAS),
  'Lock now, its form': taking('lock', TOMAS, ({ client }) => reads(client.as(NORA), '*Locked* yes')),
  Retry: {
    id: 'approvals.retry',
    before: async (sandbox) => {
      const request = await asked(sandbox);
      await sandbox.client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
      await request.take(sandbox.client.as(TOMAS), 'approve');
      await untilTold(sandbox.client.as(NORA), "wasn't deleted", 'direct');
    },
    act: async (sandbox) => {
      await clicks(sandbox, 'approvals.retry', TOMAS);
      await approvedAndDone(sandbox);
    },
  },

  'opening the Home': { id: 'app_home_opened', before: asked, act: home },
  'Find a user, on the Home': homeButton('get', 'get.form'),
  'Create a user, on the Home': homeButton('create', 'create.form'),
  'Reset a password, on the Home': homeButton('reset', 'reset.form'),
};
