import type { Carried, Origin } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';

/**
 * Listens for a button that carries whether its result is for the caller alone, and what else it is about.
 *
 * @param work gets the interaction with its result shown so
 */
export function carryingButton<About extends Pick<Origin, 'private'>>(
  id: string,
  carried: Carried<About>,
  work: (shown: Interaction, about: About) => Promise<void>,
): Listener {
  return {
    kind: 'click',
    id,
    async run(interaction, { value }) {
      const about = carried.read(value);
      await work(interaction.shownTo(about), about);
    },
  };
}
