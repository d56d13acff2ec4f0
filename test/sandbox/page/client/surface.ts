import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { JsonObject, Outcome, TypeAheadAnswer } from '../../control/protocol.ts';

export type Value = string | string[] | null;

/** The message or view that an element stands in, and what a person can do with the element there. */
export type Surface = {
  /** What the element holds, as in `state.values`; undefined where only the page knows. */
  valueOf(blockId: string, actionId: string): JsonObject | undefined;
  /** What Slack or the app says against what a block's input holds. */
  errorAt(blockId: string): string | undefined;
  use(blockId: string, actionId: string, value?: Value): Promise<Outcome>;
  typeAhead(blockId: string, actionId: string, text: string): Promise<TypeAheadAnswer>;
};

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (surface === null) throw new Error('An element stands in a message or a view.');
  return surface;
}
