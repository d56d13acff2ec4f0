import { CommaScan } from './comma-scan.ts';

/**
 * The entries of a JSON array that arrives in pieces: those that each piece completes. So a long list is never in
 * memory as a whole.
 *
 * @throws {SyntaxError} when the text is no JSON array, after the entries before the fault
 */
export async function* jsonEntries(pieces: AsyncIterable<string>): AsyncGenerator<unknown[]> {
  /** What is not parsed yet. It begins with the array's bracket, or with one in place of the last comma. */
  let text = '';
  let isFirst = true;
  /** Has seen all of `text`; null where no guess has failed in it. */
  let scan: CommaScan | null = null;
  for await (const piece of pieces) {
    text += piece;
    let comma: number;
    let entries: unknown[] | null = null;
    if (scan === null) {
      // Looking at each character takes as long as parsing. A wrong guess leaves something open, so it is no JSON.
      comma = text.lastIndexOf('},') + 1;
      entries = comma === 0 ? null : parsedOrNull(`${text.slice(0, comma)}]`);
      if (entries === null) {
        scan = new CommaScan();
        comma = scan.lastIn(text);
      }
    } else comma = scan.lastIn(piece);
    if (comma === -1) continue;
    entries ??= arrayIn(`${text.slice(0, comma)}]`);
    if (entries.length === 0) throw new SyntaxError('there is no entry before a comma');
    text = `[${text.slice(comma + 1)}`;
    isFirst = false;
    scan = null;
    yield entries;
  }
  const last = arrayIn(text);
  if (!isFirst && last.length === 0) throw new SyntaxError('there is no entry after a comma');
  yield last;
}

function arrayIn(text: string): unknown[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new SyntaxError('the text is no JSON array');
  return value;
}

function parsedOrNull(text: string): unknown[] | null {
  try {
    return arrayIn(text);
  } catch {
    return null;
  }
}
