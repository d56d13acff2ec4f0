import { z } from 'zod';
import type { Answer, Call } from './call.ts';

/** Whom answers are about where the account has nobody else. */
const STRANGER = { id: 'Zq0aWn5tRk8LsYdV3mXe7B', login: 'stranger@example.com', name: 'Sunniva Strand' };

const aboutUser = z.looseObject({ id: z.string(), login: z.string() });
const aboutAccount = z.looseObject({ id: z.string(), owner_id: z.string() });
const aboutInvitation = z.looseObject({
  data: z.looseObject({ attributes: z.looseObject({ email: z.string() }) }),
});

/**
 * The same answer about somebody else: another user of the account, a stranger's invitation, or another account. A
 * list, or an answer that names nobody, stays as it is.
 */
export function aboutSomebodyElse({ account }: Call, answer: Answer): Answer {
  if (answer.status >= 300 || answer.body === null) return answer;
  const body: unknown = JSON.parse(answer.body);
  const user = aboutUser.safeParse(body).data;
  if (user !== undefined) {
    const other = [...account.users.values()].findLast(
      ({ id, login, deleted_at }) => id !== user.id && login !== user.login && deleted_at === null,
    );
    return { ...answer, body: JSON.stringify(other ?? { ...user, ...STRANGER }) };
  }
  const customer = aboutAccount.safeParse(body).data;
  if (customer !== undefined) return { ...answer, body: JSON.stringify({ ...customer, id: STRANGER.id }) };
  const invitation = aboutInvitation.safeParse(body).data;
  if (invitation === undefined) return answer;
  const { data } = invitation;
  const attributes = { ...data.attributes, email: STRANGER.login };
  return { ...answer, body: JSON.stringify({ ...invitation, data: { ...data, attributes } }) };
}
