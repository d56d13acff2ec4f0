import type { Button } from '@slack/types';
import { z } from 'zod';
import { button } from '../../messages/kit/blocks.ts';
import { type Message, message, withButtons } from '../../messages/kit/message.ts';
import { type Sentence, say } from '../../messages/kit/sentence.ts';
import { MOST_LINES, promotionLine } from '../../messages/promotion-text.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Services } from '../../slack/replies/services.ts';
import { carryingButton } from '../carrying-button.ts';

/** How many of the roles that end come before a page. It travels in a button, and comes back as input. */
const Page = codecFor('button', z.object({ from: z.int().min(0), private: z.boolean() }), 'approvals');
const MORE = 'promotion.more';

/** A page of the roles that end, the next end first, and a button for those after it. */
export async function rolesThatEnd(
  { promotions }: Pick<Services, 'promotions'>,
  from = 0,
): Promise<{ lines: Sentence[]; more: Button[] }> {
  const all = await promotions.running();
  // Some may have ended since the button was drawn.
  const start = from < all.length ? from : 0;
  const lines = all.slice(start, start + MOST_LINES).map(promotionLine);
  const end = start + lines.length;
  const text = `Next ${Math.min(all.length - end, MOST_LINES)} of ${all.length} roles that end`;
  const value = Page.write({ from: end, private: true });
  return { lines, more: end < all.length ? [button({ actionId: MORE, text, value })] : [] };
}

/** The same as a message of its own. */
export async function rolesThatEndMessage(
  services: Pick<Services, 'promotions'>,
  from = 0,
): Promise<Message> {
  const { lines, more } = await rolesThatEnd(services, from);
  const [first, ...others] = lines;
  return first ? withButtons(message(first, ...others), more) : message(say`No role is to end any more.`);
}

export const moreRolesListener = carryingButton(MORE, Page, async ({ services, reply }, { from }) => {
  await reply.privately(await rolesThatEndMessage(services, from));
});
