import { h } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Blocks } from './blocks/blocks.ts';
import { act, reasonOf, typeAhead } from './control.ts';
import { useNames } from './names.ts';
import type { View } from './seen.ts';
import { type Surface, SurfaceContext } from './surface.ts';

/** The bot's Home tab. That it is opened is what the app is told. */
export function Home({ view, connected }: { view: View | null; connected: boolean }) {
  const { memberId } = useNames();
  const [problem, setProblem] = useState<string | null>(null);
  const open = () =>
    act(memberId, 'home', {}).then(
      (outcome) => setProblem(outcome.acknowledged ? null : outcome.notice),
      (error: unknown) => setProblem(reasonOf(error)),
    );
  useEffect(() => void open(), [memberId]);
  // What did not reach the app is told again when it is back.
  useEffect(() => {
    if (connected && problem !== null) void open();
  }, [connected]);
  const surface = useMemo(() => surfaceOf(memberId, view), [memberId, view]);
  return h(
    'div',
    { class: 'home' },
    problem !== null && h('p', { class: 'error', role: 'alert' }, problem),
    view === null
      ? h('p', { class: 'aside' }, 'The app has put nothing here yet.')
      : h(SurfaceContext.Provider, { value: surface }, h(Blocks, { blocks: view.blocks })),
  );
}

function surfaceOf(memberId: string, view: View | null): Surface {
  return {
    valueOf: (blockId, actionId) => view?.values[blockId]?.[actionId],
    errorAt: () => undefined,
    use: (blockId, actionId, value) =>
      act(memberId, 'click', { view: 'home', blockId, actionId, ...(value != null && { option: value }) }),
    typeAhead: (blockId, actionId, value) => typeAhead(memberId, { view: 'home', blockId, actionId, value }),
  };
}
