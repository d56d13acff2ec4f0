import { useEffect, useState } from 'preact/hooks';

/** Where the reader is, as the address's fragment has it: `#nora/cdn-team`, in a thread `#nora/cdn-team/1700000000.000100`. */
export type Place = {
  /** Handle of the member one is. */
  who: string;
  /** Name of a channel or of the bot; `home`: the bot's Home tab. */
  where: string;
  /** Timestamp of the message whose thread is open. */
  thread: string | null;
};

export const HOME = 'home';

export function addressOf({ who, where, thread }: Place): string {
  return `#${[who, where, thread].filter((part) => part !== null).join('/')}`;
}

/** The place now, and the way to another. What the address leaves out comes from `fallback`. */
export function usePlace(fallback: Place): [Place, (changes: Partial<Place>) => void] {
  const [place, setPlace] = useState(() => placeOf(location.hash, fallback));
  useEffect(() => {
    const follow = () => setPlace(placeOf(location.hash, fallback));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return [
    place,
    (changes) => {
      location.hash = addressOf({ ...place, thread: null, ...changes });
    },
  ];
}

function placeOf(hash: string, fallback: Place): Place {
  const [who, where, thread] = hash.slice(1).split('/').map(decoded);
  return { who: who || fallback.who, where: where || fallback.where, thread: thread || null };
}

/** Empty where it is malformed: an address may be typed by hand. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
