import type { LongWork } from '../fastly/long-work.ts';

/** Sorted within a few milliseconds. */
const SHORT = 2_000;

/** Sorts as `toSorted` does, equal items in their order, and lets other work go on meanwhile. */
export async function sortedInPieces<T>(
  items: readonly T[],
  compare: (one: T, other: T) => number,
  work: LongWork,
): Promise<T[]> {
  if (items.length <= SHORT) return items.toSorted(compare);
  const middle = items.length >> 1;
  const first = await sortedInPieces(items.slice(0, middle), compare, work);
  const second = await sortedInPieces(items.slice(middle), compare, work);
  const sorted: T[] = [];
  let [a, b] = [0, 0];
  for (;;) {
    if (work.isLong) await work.pause();
    const [one, other] = [first[a], second[b]];
    if (one === undefined) return sorted.concat(second.slice(b));
    if (other === undefined) return sorted.concat(first.slice(a));
    if (compare(one, other) <= 0) {
      sorted.push(one);
      a += 1;
    } else {
      sorted.push(other);
      b += 1;
    }
  }
}
