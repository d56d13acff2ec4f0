import type { Customer } from '../../fastly/user.ts';
import { type Sentence, say } from '../../messages/kit/sentence.ts';

/** What to know before a new password is asked for. @param account `null` where it could not be read */
export function singleSignOnCaution(account: Customer | null): Sentence | null {
  return account?.force_sso
    ? say`This Fastly account makes people sign in through single sign-on, so a new password may be of no use.`
    : null;
}
