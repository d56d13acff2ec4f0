import { useEffect, useState } from 'preact/hooks';
import type { Live } from '../../control/protocol.ts';
import { setAhead } from './now.ts';
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
    // Before the state changes: whatever is drawn then tells its dates by this clock.
    source.addEventListener('clock', ({ data }) => setAhead(JSON.parse(data).ahead));
    for (const name of ['clock', 'sees', 'fastly', 'bot', 'people'] as const)
      source.addEventListener(name, told(name));
    source.onerror = () => setState((before) => ({ ...before, lost: true }));
    return () => source.close();
  }, [memberId]);
  // What one member sees is never drawn for another, not even for a moment.
  return of === memberId ? state : { ...state, sees: null };
}
