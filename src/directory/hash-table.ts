/**
 * Numbers by text, without the texts: a `Map` of 100,000 of them would hold ten times as much memory. Texts can share a
 * place, so whoever asks compares them.
 */
export class HashTable {
  /** By hash: the number that was added last, plus one; 0 where there is none. */
  readonly #last: Uint32Array;
  /** By number: the one before it at the same place, in the same way. */
  readonly #before: Uint32Array;

  /** @param size how many numbers there will be, from 0 */
  constructor(size: number) {
    this.#last = new Uint32Array(2 ** Math.ceil(Math.log2(size + 1)));
    this.#before = new Uint32Array(size);
  }

  /** Adds a number by the part of `text` from `from` to before `to`. */
  add(number: number, text: string, from: number, to: number): void {
    const place = this.#placeOf(text, from, to);
    this.#before[number] = this.#last[place] ?? 0;
    this.#last[place] = number + 1;
  }

  /** All numbers of this text, and perhaps others, in the order in which they were added. */
  candidates(text: string): number[] {
    const numbers: number[] = [];
    let next = this.#last[this.#placeOf(text, 0, text.length)] ?? 0;
    while (next !== 0) {
      numbers.push(next - 1);
      next = this.#before[next - 1] ?? 0;
    }
    return numbers.reverse();
  }

  /** FNV-1a, see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv. */
  #placeOf(text: string, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return hash & (this.#last.length - 1);
  }
}
