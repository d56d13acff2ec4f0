import { closest, distance } from 'fastest-levenshtein';

/** The name that a misspelt one was most likely meant to be, or null. Upper and lower case count as the same. */
export function nearest(text: string, names: readonly string[]): string | null {
  const written = text.toLowerCase();
  const meant = closest(
    written,
    names.map((name) => name.toLowerCase()),
  );
  const mistakes = lettersOf(written) === lettersOf(meant) ? 1 : distance(written, meant);
  if (mistakes > Math.max(1, meant.length / 5)) return null;
  return names.find((name) => name.toLowerCase() === meant) ?? null;
}

/** The same for two words whose letters only changed places. */
function lettersOf(word: string): string {
  return [...word].sort().join('');
}
