import type { Codec, Origin } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';

/** Listens for a button that carries what it is about, and whether the result of `work` is for the caller alone. */
export function carryingButton<About extends Pick<Origin, 'private'>>(
  id: string,
  codec: Codec<About>,
  work: (shown: Interaction, about: About) => Promise<void>,
): Listener {
  return {
    kind: 'click',
    id,
    async run(interaction, { value }) {
      const about = codec.read(value);
      await work(interaction.shownTo(about), about);
    },
  };
}
