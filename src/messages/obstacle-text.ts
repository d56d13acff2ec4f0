import type { Obstacle } from '../approvals/request.ts';
import { bold, code, enumerate, type Sentence, say } from './kit/sentence.ts';
import { settingValue } from './settings-text.ts';

type ChangedField = Extract<Obstacle, { kind: 'changed' }>['differences'][number]['field'];

const FIELD_TEXT: Record<ChangedField, Sentence> = {
  login: say`the login`,
  name: say`the name`,
  role: say`the role`,
  lock: say`the lock`,
  'limited services': say`${bold('Limited services')}`,
  'password change required': say`${bold('Password change required')}`,
};

function valueText(field: ChangedField, value: string): Sentence {
  return field === 'role' ? settingValue('role', value) : say`${code(value)}`;
}

/** Why an approved action is not carried out, and what to do next. */
export function obstacleText(obstacle: Obstacle): Sentence {
  switch (obstacle.kind) {
    case 'gone':
      return say`The user no longer exists in Fastly.`;
    case 'changed': {
      const changes = obstacle.differences.map(
        ({ field, approved, found }) =>
          say`${FIELD_TEXT[field]} was ${valueText(field, approved)} and is now ${valueText(field, found)}`,
      );
      return say`The user has changed since the request: ${enumerate(changes)}. Check with ${code('/fastly-user get')}, then make a new request.`;
    }
    case 'exists':
      return obstacle.as === 'user'
        ? say`A user with this login already exists. Check with ${code('/fastly-user get')}.`
        : say`An invitation to this address is already open. Check with ${code('/fastly-user invitations')}.`;
    case 'only-invited':
      return say`This Fastly account can't create users directly. Invite the user as a Fastly superuser instead.`;
    case 'protected':
      return protectionText(obstacle.protection);
    case 'rights':
      return obstacle.whose === 'requester'
        ? say`The requester is no longer allowed to use the bot.`
        : say`Too few of the approvals still count. Make a new request so that others can approve it.`;
  }
}

/** Why a user is never deleted, demoted or locked, and what to do next. */
export function protectionText(protection: 'token' | 'owner' | 'last-superuser'): Sentence {
  switch (protection) {
    case 'token':
      return say`The bot signs in to Fastly as this user.`;
    case 'owner':
      return say`This user owns the Fastly account. Transfer the ownership in Fastly first.`;
    case 'last-superuser':
      return say`This is the last unlocked Fastly superuser besides the bot's own. Make another user a Fastly superuser first.`;
  }
}
