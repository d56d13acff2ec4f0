import { needsReason } from '../approvals/rules.ts';
import { type Protection, protectionOf } from '../changes/protection.ts';
import { targetOf } from '../changes/snapshot.ts';
import type { User } from '../fastly/user.ts';
import { Refusal } from '../messages/failure-text.ts';
import { date, type Sentence, say } from '../messages/kit/sentence.ts';
import { protectionText } from '../messages/outcome-text.ts';
import { userText } from '../messages/user-text.ts';
import type { Services } from '../slack/replies/services.ts';
import { fileRequest, isApprovalRequired, whoDecides } from './approvals/filing.ts';
import { userMeant } from './inputs/meant.ts';
import { oneUserSubcommand } from './inputs/one-user.ts';

const AT_ONCE = say`No approval is needed: the user is deleted at once.`;

/** Deletes a user by a request, which waits for approvers if deletions need approval. */
export const deleteUser = oneUserSubcommand({
  name: 'delete',
  summary: 'Delete a user',
  about: (services) => {
    const how = isApprovalRequired(services, 'delete')
      ? say`The user is deleted once other bot admins approve.`
      : AT_ONCE;
    return say`${how} The account's owner, the bot's own user and the last other unlocked Fastly superuser can't be deleted.`;
  },
  examples: ['delete', 'delete edda.morton@example.com', 'delete "Silas Morton" --reason "Left the company"'],
  form: {
    title: 'Delete a user',
    submit: (services) => (isApprovalRequired(services, 'delete') ? 'Request deletion' : 'Delete'),
  },
  purpose: 'change',
  button: (services, name) =>
    isApprovalRequired(services, 'delete') ? `Request deletion of ${name}` : `Delete ${name}`,
  takesReason: true,
  needsReason: ({ approvals }) => needsReason(approvals.policy, 'delete'),
  note: (interaction) => whoDecides(interaction, 'delete'),
  caution,
  async act(interaction, meant, reason) {
    const asked = userMeant(interaction, meant);
    const protection = protectionOf(interaction.services.fastly, asked);
    protection.catch(() => {});
    const user = await asked;
    await refuseWhereImpossible(user, protection);
    return await fileRequest(interaction, { kind: 'delete', version: 1, target: targetOf(user) }, reason);
  },
});

/** Without approvals, only the caller can prevent a mistake. */
async function caution(services: Services): Promise<Sentence | null> {
  return isApprovalRequired(services, 'delete') ? null : say`${AT_ONCE} This can't be undone.`;
}

/** Refuses what can't be done before anyone is asked to approve it. */
async function refuseWhereImpossible(user: User, asked: Promise<Protection | null>): Promise<void> {
  const who = userText(targetOf(user));
  if (user.deleted_at) {
    throw new Refusal(say`${who} was already deleted ${date(new Date(user.deleted_at))}.`);
  }
  const protection = await asked;
  if (protection !== null) throw new Refusal(say`${who} can't be deleted. ${protectionText(protection)}`);
}
