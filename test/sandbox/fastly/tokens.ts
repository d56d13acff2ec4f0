import { type Answer, type Call, jsonAnswer } from './call.ts';
import { badRequest, notAllowed, recordNotFound } from './errors.ts';

/** An automation token has no user. */
export function getCurrentToken({ account, faults }: Call): Answer {
  return jsonAnswer(200, { ...account.token, ...(faults.noCurrentUser && { user_id: null }) });
}

/** All tokens, expired ones and browser sessions too. */
export function listTokens({ account, actor, faults, named }: Call): Answer {
  if (named !== account.customer.id) throw recordNotFound(`Cannot load customer '${named}'`);
  if (faults.tokensUnreadable || actor.role !== 'superuser') {
    throw notAllowed('Only a superuser can see the tokens of others');
  }
  return jsonAnswer(200, account.tokens());
}

export function revokeToken({ account, actor, named }: Call): Answer {
  const token = account.tokens().find(({ id }) => id === named);
  if (token === undefined) throw recordNotFound(`Cannot load token '${named}'`);
  if (token.user_id !== actor.id && actor.role !== 'superuser') {
    throw notAllowed('Only a superuser can revoke the tokens of others');
  }
  account.revoke(named);
  return { status: 204, body: null, headers: {} };
}

/** @throws Refusal (400) where the account wants a user's tokens to be revoked first. */
export function mustHaveNoTokens({ account, faults, named }: Call): void {
  if (faults.tokensAtDeletion !== 'refuse') return;
  const live = account.tokens().some((token) => token.user_id === named && !account.isOver(token));
  if (live) throw badRequest('The user has active API tokens; revoke them first');
}
