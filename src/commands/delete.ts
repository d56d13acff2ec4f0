import type { Button } from '@slack/types';
import { protectionOf } from '../changes/protection.ts';
import { targetOf } from '../changes/snapshot.ts';
import { nameOf, type User } from '../fastly/user.ts';
import { protectionWords } from '../messages/approval-words.ts';
import { Refusal } from '../messages/failure-text.ts';
import { bold, code, date, type Sentence, say } from '../messages/kit/sentence.ts';
import type { Services } from '../slack/replies/services.ts';
import { fileRequest, isApprovalRequired, whoDecides } from './approvals/filing.ts';
import { oneUserSubcommand } from './inputs/one-user.ts';
import { userButton } from './inputs/user-button.ts';

/** Files an approval request to delete a user. */
export const deleteUser = oneUserSubcommand({
  name: 'delete',
  summary: 'Have a user deleted',
  about: (services) => {
    const how = isApprovalRequired(services, 'delete')
      ? say`I ask for approval first, and delete the user once it is given.`
      : say`It takes no approval: the user is deleted at once.`;
    return say`${how} Nobody can delete the owner of the account, the user behind my own token, or the last other Fastly superuser who is not locked.`;
  },
  examples: ['delete', 'delete edda.morton@example.com', 'delete "Silas Morton" --reason "Left the company"'],
  form: {
    title: 'Delete a user',
    submit: (services) => (isApprovalRequired(services, 'delete') ? 'Ask for deletion' : 'Delete'),
  },
  choice: {
    verb: 'have deleted',
    confirm: {
      title: say`Have them deleted?`,
      text: say`I go on with the user you chose.`,
      confirm: 'Go on',
      style: 'danger',
    },
  },
  takesReason: true,
  note: (request) => whoDecides(request, 'delete'),
  caution,
  async act(request, id, reason) {
    const { services } = request;
    const user = await services.fastly.getUser(id);
    await refuseWhereImpossible(services, user);
    return await fileRequest(request, { kind: 'delete', version: 1, target: targetOf(user) }, reason);
  },
});

/** The card's button. It opens the form, where a reason can be given. */
export function deleteButton(user: User, alone: boolean): Button {
  return userButton('delete.button', user, alone, 'Delete…');
}

/** Without approvals, the caller is the one who has to think twice. */
async function caution(services: Services): Promise<Sentence | null> {
  return isApprovalRequired(services, 'delete')
    ? null
    : say`Nobody else has to approve here: the user is deleted at once, and that cannot be undone.`;
}

/** What will not be done is refused before anybody is asked. */
async function refuseWhereImpossible({ fastly }: Services, user: User): Promise<void> {
  const who = say`${bold(nameOf(user))} (${code(user.login)})`;
  if (user.deleted_at) {
    throw new Refusal(say`${who} was deleted ${date(new Date(user.deleted_at))} already.`);
  }
  const protection = await protectionOf(fastly, user);
  if (protection !== null) throw new Refusal(say`I never delete ${who}: ${protectionWords(protection)}`);
}
