import type { KnownBlock } from '@slack/types';
import { bold, richText, say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { invitationsButton, invitationWords } from '../invitations.ts';

const MOST_SHOWN = 5;

/** The open invitations below the table of users: the latest few, and the way to all of them. */
export async function openInvitations(interaction: Interaction): Promise<KnownBlock[]> {
  const { services, log } = interaction;
  if (services.disabled.has('invitations')) return [];
  try {
    const open = await services.fastly.listInvitations();
    if (open.length === 0) return [];
    const latest = open.toSorted((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''));
    const more = open.length - MOST_SHOWN;
    const headline = open.length === 1 ? 'One invitation is open' : `${open.length} invitations are open`;
    return [
      richText(
        say`✉️ ${bold(headline)}`,
        ...latest.slice(0, MOST_SHOWN).map(invitationWords),
        ...(more > 0 ? [say`and ${more} more.`] : []),
      ),
      { type: 'actions', elements: [invitationsButton(interaction, 'Withdraw invitations…')] },
    ];
  } catch (error) {
    log.warn({ err: error }, 'the invitations could not be read for a list of users');
    return [richText(say`✉️ Fastly did not tell me which invitations are open.`)];
  }
}
