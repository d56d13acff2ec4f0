import { closest, distance } from 'fastest-levenshtein';

/** A shorter word is a part of too much to be meant as one. */
const SHORTEST_PART = 3;

/**
 * The candidate that a mistyped `word` was most likely meant to be: the only one that begins with it, else the only one
 * that it is a part of, else the closest of those that are close, for which the first letter counts most; `null` when
 * there is none.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const whole =
    only(candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed))) ??
    (typed.length < SHORTEST_PART
      ? null
      : only(candidates.filter((candidate) => candidate.toLowerCase().includes(typed))));
  if (whole !== null) return whole;
  const close = candidates.filter((candidate) => {
    const most = candidate[0] === typed[0] ? Math.max(2, candidate.length / 5) : 1;
    return Math.abs(candidate.length - typed.length) <= most && distance(typed, candidate) <= most;
  });
  return close.length === 0 ? null : closest(typed, close);
}

function only(candidates: readonly string[]): string | null {
  const [first = null, another] = candidates;
  return another === undefined ? first : null;
}
