import type { LongWork } from '../fastly/long-work.ts';
import { HashTable } from './hash-table.ts';

/** Lines of text, searched as one. None holds a line break. */
export class Lines {
  readonly #text: string;
  readonly #starts: Uint32Array;
  readonly #whole: HashTable;

  private constructor(text: string, starts: Uint32Array, whole: HashTable) {
    this.#text = text;
    this.#starts = starts;
    this.#whole = whole;
  }

  /** @param order the places of the texts, in the order of their lines */
  static async of(texts: readonly string[], order: readonly number[], work: LongWork): Promise<Lines> {
    const starts = new Uint32Array(order.length);
    const whole = new HashTable(order.length);
    const lines: string[] = [];
    let length = 1;
    for (const place of order) {
      const line = texts[place] ?? '';
      starts[lines.length] = length;
      length += line.length + 1;
      lines.push(line);
      if (work.isLong) await work.pause();
    }
    // Joining cannot be interrupted, so it gets a turn of its own.
    await work.pause();
    const text = `\n${lines.join('\n')}\n`;
    // Read from the whole text, one after the other, as the lines themselves lie scattered in memory.
    for (const [line, start] of starts.entries()) {
      whole.add(line, text, start, (starts[line + 1] ?? text.length) - 1);
      if (work.isLong) await work.pause();
    }
    return new Lines(text, starts, whole);
  }

  at(line: number): string {
    const start = this.#starts[line] ?? 0;
    return this.#text.slice(start, (this.#starts[line + 1] ?? this.#text.length) - 1);
  }

  /** The numbers of the lines that are this and nothing else. */
  being(text: string): readonly number[] {
    return this.#whole.candidates(text).filter((line) => this.at(line) === text);
  }

  /** Where the text stands for the first time. */
  first(text: string): number | null {
    // One character is looked for many times as fast as several, and logins have no spaces.
    if (text.includes(' ') && !this.#text.includes(' ')) return null;
    const place = this.#text.indexOf(text);
    return place === -1 ? null : place;
  }

  /**
   * The numbers of the lines that have `text`, each once, first to last; after a line break: that begin with it.
   *
   * @param from a place up to which there is none
   */
  *with(text: string, from = 0): Generator<number> {
    const skip = text.startsWith('\n') ? 1 : 0;
    let next = from;
    for (;;) {
      const place = this.#text.indexOf(text, next);
      if (place === -1) return;
      const line = this.#lineAt(place + skip);
      yield line;
      next = (this.#starts[line + 1] ?? this.#text.length + 1) - 1;
    }
  }

  /** The same of the lines that begin with it, where the lines are sorted by UTF-16 code unit. */
  *sortedBeginning(text: string): Generator<number> {
    let line = lowest(this.#starts.length, (line) => this.at(line) >= text);
    while (line < this.#starts.length && this.#text.startsWith(text, this.#starts[line])) {
      yield line;
      line += 1;
    }
  }

  /** The line that holds this place of the text: the last that begins at it or before. */
  #lineAt(place: number): number {
    return lowest(this.#starts.length, (line) => (this.#starts[line] ?? 0) > place) - 1;
  }
}

/** The lowest number below `end` from which on a condition holds; `end` where it holds for none. */
function lowest(end: number, holds: (number: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
