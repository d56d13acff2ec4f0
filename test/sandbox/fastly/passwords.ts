import { parseForm } from './body.ts';
import { type Answer, type Call, jsonAnswer } from './call.ts';
import { badRequest, invalidRecord, notAllowed, recordNotFound } from './errors.ts';
import { mustBeSuperuser } from './users.ts';

export function requestPasswordReset(call: Call): Answer {
  const user = call.account.userByLogin(call.named);
  if (user === undefined) throw recordNotFound(`Cannot load user '${call.named}'`);
  if (user.id !== call.actor.id) mustBeSuperuser(call);
  if (!call.account.customer.can_reset_passwords) {
    throw notAllowed('Password resets are disabled for this account');
  }
  return jsonAnswer(200, { status: 'ok' });
}

/** Changes the password of whoever logged in. */
export function updatePassword(call: Call): Answer {
  const { account, actor } = call;
  const form = parseForm(call);
  const current = account.passwordOf(actor);
  if ((form.get('old_password') ?? current) !== current) throw badRequest('Old password is not correct');
  const chosen = form.get('new_password');
  if (chosen === undefined) throw badRequest('New password is missing');
  if (!isStrong(chosen)) {
    throw invalidRecord(
      'Password must have at least 12 characters, with letters, numbers and special characters',
    );
  }
  if (chosen === current) throw invalidRecord('Password must not be the current one');
  account.setPassword(actor, chosen);
  return jsonAnswer(200, account.update(actor, { require_new_password: false }));
}

function isStrong(password: string): boolean {
  return (
    [...password].length >= 12 &&
    /\p{L}/u.test(password) &&
    /\p{N}/u.test(password) &&
    /[^\p{L}\p{N}]/u.test(password)
  );
}
