import type { LongWork } from '../fastly/long-work.ts';

const SHORT = 2_000;
/** Few enough that a long list has only some hundred different beginnings. */
const CHARACTERS = 2;

/**
 * The places of the texts in the order of the texts, by UTF-16 code unit, equal ones in theirs. Other work goes on
 * meanwhile.
 */
export async function sortedInPieces(texts: readonly string[], work: LongWork): Promise<number[]> {
  const sorted: number[] = [];
  // Those that begin alike are sorted apart from the others: short lists need fewer comparisons than merging does.
  const sort = async (places: readonly number[], from: number): Promise<void> => {
    if (work.isLong) await work.pause();
    if (places.length <= SHORT) {
      for (const place of places.toSorted((a, b) => compared(texts[a] ?? '', texts[b] ?? ''))) {
        sorted.push(place);
      }
      return;
    }
    const alike = new Map<string, number[]>();
    for (const place of places) {
      const next = (texts[place] ?? '').slice(from, from + CHARACTERS);
      const others = alike.get(next);
      if (others) others.push(place);
      else alike.set(next, [place]);
      if (work.isLong) await work.pause();
    }
    for (const [next, some] of [...alike].sort(([a], [b]) => compared(a, b))) {
      if (next !== '') await sort(some, from + CHARACTERS);
      else for (const place of some) sorted.push(place);
    }
  };
  await sort([...texts.keys()], 0);
  return sorted;
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
