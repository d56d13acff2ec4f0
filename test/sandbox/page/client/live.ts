import { useEffect, useState } from 'preact/hooks';
import type { Live } from '../../control/protocol.ts';
import type { Sight } from './seen.ts';

export type LiveState = {
  sees: Sight | null;
  fastly: Live['fastly'] | null;
  bot: Live['bot'] | null;
  people: Live['people'] | null;
  clock: Live['clock'] | null;
  /** The sandbox does not answer; the browser tries again by itself. */
  lost: boolean;
};

const NOTHING: LiveState = {
  sees: null,
  fastly: null,
  bot: null,
  people: null,
  clock: null,
  lost: false,
};

/** What the sandbox tells of this member's sight and of what is around it, kept up to date. */
export function useLive(memberId: string): LiveState {
  const [{ of, ...state }, setState] = useState({ ...NOTHING, of: memberId });
  useEffect(() => {
    setState((before) => ({ ...before, sees: null, of: memberId }));
    const source = new EventSource(`/live?member=${encodeURIComponent(memberId)}`);
    const told = (name: keyof Live) => (event: MessageEvent<string>) =>
      setState((before) => ({ ...before, [name]: JSON.parse(event.data), lost: false }));
    for (const name of ['sees', 'fastly', 'bot', 'people', 'clock'] as const)
      source.addEventListener(name, told(name));
    source.onerror = () => setState((before) => ({ ...before, lost: true }));
    return () => source.close();
  }, [memberId]);
  // What one member sees is never drawn for another, not even for a moment.
  return of === memberId ? state : { ...state, sees: null };
}
