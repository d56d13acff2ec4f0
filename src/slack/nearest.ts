import { closest, distance } from 'fastest-levenshtein';

/** The candidate that a mistyped `word` was most likely meant to be, or `null` when none is close to it. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const candidate = closest(word.toLowerCase(), candidates);
  return distance(word.toLowerCase(), candidate) <= Math.max(2, candidate.length / 2) ? candidate : null;
}
