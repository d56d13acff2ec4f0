import type { ModalView } from '@slack/types';
import { type Message, message, withFootnote } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { type Incoming, type IncomingOf, opensHome, type Sender } from '../incoming.ts';
import { type Interaction, interactionOf } from '../replies/interaction.ts';
import { noticeView } from '../replies/modal.ts';
import { OpenModal } from '../replies/open-modal.ts';
import type { Services } from '../replies/services.ts';
import type { Acknowledge } from './listeners.ts';

type Refused = Pick<Interaction, 'reference' | 'measured'> & { acknowledge: Acknowledge };

export async function turnAway(
  services: Services,
  incoming: Incoming,
  { acknowledge, reference, measured }: Refused,
  why: Sentence,
): Promise<void> {
  const underIt = say`Reference ${code(reference)}`;
  const told = withFootnote(message(why), underIt);
  const view = noticeView('Not possible', why, underIt);
  switch (incoming.kind) {
    case 'command':
      await acknowledge({ response_type: 'ephemeral', ...told });
      return;
    case 'type-ahead':
      await acknowledge({ options: [] });
      return;
    case 'submission':
      await acknowledge({ response_action: 'update', view });
      return;
    case 'click':
      await acknowledge();
      return await turnClickAway(services, incoming, { told, view, why, reference, measured });
    case 'event': {
      const { sender, hash } = incoming;
      if (sender && opensHome(incoming)) await showAtHome(services, sender, hash, { told, why });
      return;
    }
    case 'view-closed':
    case 'shortcut':
      await acknowledge();
      return;
  }
}

/** A click is answered where it was. A view that has changed since or is closed stays; then there is a direct message. */
async function turnClickAway(
  services: Services,
  click: IncomingOf<'click'>,
  {
    told,
    view,
    why,
    ...delivery
  }: { told: Message; view: ModalView; why: Sentence } & Pick<Interaction, 'reference' | 'measured'>,
): Promise<void> {
  const { sender, place, responseUrl } = click;
  if (sender === null) {
    const response = { kind: 'post', visibleTo: 'caller', message: told } as const;
    if (responseUrl !== null) await services.posting.respond(responseUrl, response);
    return;
  }
  const interaction = interactionOf(services, click, { caller: sender, ...delivery });
  if (responseUrl === null) {
    if (place.kind === 'home' && (await showAtHome(services, sender, place.hash, { told, why }))) return;
    if (place.kind === 'modal') {
      const shown = await new OpenModal(place.viewId, place.hash).show(interaction, view);
      if (shown.kind === 'shown') return;
    }
  }
  await interaction.reply.privately(told);
}

/** False where the Home shows something newer by now, or Slack does not take it. */
async function showAtHome(
  { posting, log }: Services,
  { memberId }: Sender,
  hash: string | null,
  { told, why }: { told: Message; why: Sentence },
): Promise<boolean> {
  try {
    const published = await posting.publish(memberId, { type: 'home', blocks: told.blocks }, why, hash);
    return published.kind === 'shown';
  } catch (error) {
    log.info({ member: memberId, err: error }, 'a Home was left as it is');
    return false;
  }
}
