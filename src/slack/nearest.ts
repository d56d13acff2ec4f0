import { closest, distance } from 'fastest-levenshtein';

/** A shorter word is a part of too much to be meant as one. */
const SHORTEST_PART = 3;

/**
 * The candidate that a mistyped `word` was most likely meant to be: the only one that it is a part of, else the closest;
 * `null` when there is none.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const typed = word.toLowerCase();
  const [whole, another] = candidates.filter((candidate) => candidate.toLowerCase().includes(typed));
  if (typed.length >= SHORTEST_PART && whole !== undefined && another === undefined) return whole;
  const candidate = closest(typed, candidates);
  return distance(typed, candidate) <= Math.max(2, candidate.length / 2) ? candidate : null;
}
