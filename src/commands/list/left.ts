import { z } from 'zod';
import { isFastlyError } from '../../fastly/errors.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { button } from '../../messages/kit/blocks.ts';
import { context, type Message, message } from '../../messages/kit/message.ts';
import { bold, code, enumerate, type Sentence, say } from '../../messages/kit/sentence.ts';
import { leaverTable, MOST_LEFT } from '../../messages/leavers/leaver-table.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { LeftUser } from '../../slack/replies/services.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { carryingButton } from '../carrying-button.ts';

const Page = codecFor('button', z.object({ from: z.int().min(0), private: z.boolean() }), 'list');

/** Whoever turns a page goes on in the list of before, if it is no older than this, in milliseconds. */
const SAME_LIST = 60_000;

/** `list --left`: the users whose member left Slack, asked of Slack now, whatever `LEAVERS` is. */
export async function showLeft(interaction: Interaction): Promise<void> {
  const { reply, origin } = interaction;
  reply.resultFollows();
  await reply.result(await leftNow(interaction, { from: 0, private: origin.private }));
}

export const leftListeners: readonly Listener[] = [
  carryingButton('list.left', Page, async (shown, page) => {
    shown.reply.resultFollows();
    await shown.reply.replaceOriginal(await leftNow(shown, page, SAME_LIST));
  }),
];

/**
 * A page of those who left.
 *
 * @param atMost how old Slack's list of members may be, in milliseconds
 * @throws {Refusal} where Slack doesn't list its members
 */
export async function leftNow(
  interaction: Interaction,
  page: { from: number; private: boolean },
  atMost = 0,
): Promise<Message> {
  const left = await everybody(interaction, atMost);
  const asked = atMost === 0 ? say`Slack was asked just now.` : say`Slack was asked less than a minute ago.`;
  if (left.length === 0) {
    const nobody = message(say`Nobody who left Slack has an email that is still a Fastly login.`);
    const idle = code('/fastly-user list --inactive 90d');
    const next = say`To find users who are not active any more, run ${idle}.`;
    return { ...nobody, blocks: [...nobody.blocks, context(say`${asked} ${next}`)] };
  }
  const source = context(say`${asked} ${nextStep(interaction)}`);
  const from = page.from < left.length ? page.from : 0;
  const shown = left.slice(from, from + MOST_LEFT);
  const rest = left.length - from - shown.length;
  const next = { from: rest > 0 ? from + MOST_LEFT : 0, private: page.private };
  const turn = button({
    actionId: 'list.left',
    text: rest > 0 ? `Next ${Math.min(rest, MOST_LEFT)}` : 'From the start',
    value: Page.write(next),
  });
  const inPages = left.length > MOST_LEFT;
  const range = inPages ? say` Showing ${from + 1} to ${from + shown.length}.` : say``;
  const people = left.length === 1 ? '1 person' : `${left.length} people`;
  return leaverTable(shown, Date.now(), {
    headline: say`${bold(people)} left Slack, with an email that is still a Fastly login.${range}`,
    above: [],
    below: [...(inPages ? [{ type: 'actions' as const, elements: [turn] }] : []), source],
  });
}

/** How to go on with one of them, by the commands that there are. */
function nextStep({ services: { disabled } }: Interaction): Sentence {
  const commands = ['get', 'lock', 'delete'].filter((each) => !disabled.has(each));
  if (commands.length === 0) return say``;
  const named = enumerate(
    commands.map((each) => say`${code(`/fastly-user ${each}`)}`),
    'or',
  );
  return say`To go on with one of them, run ${named} with the login.`;
}

/** Those who need a decision first. @throws {Refusal} where Slack doesn't list its members */
async function everybody({ services, log }: Interaction, atMost: number): Promise<LeftUser[]> {
  try {
    const left = await services.leavers.all(atMost);
    return left.toSorted((one, other) => Number(one.kept !== null) - Number(other.kept !== null));
  } catch (error) {
    if (isFastlyError(error) || error instanceof StoreUnavailable) throw error;
    log.warn({ err: error }, "the workspace's members could not be listed");
    throw new Refusal(say`Slack didn't list the workspace's members. Try again in a minute.`);
  }
}
