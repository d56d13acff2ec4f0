import type { Customer } from '../../fastly/user.ts';
import { type Sentence, say } from '../../messages/kit/sentence.ts';

/** A caution to show before a new password is asked for. @param account `null` where it could not be read */
export function singleSignOnCaution(account: Customer | null): Sentence | null {
  return account?.force_sso
    ? say`This Fastly account requires single sign-on, so a new password may have no effect.`
    : null;
}
