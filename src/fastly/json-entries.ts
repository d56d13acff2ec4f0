/**
 * The entries of a JSON array that arrives in pieces: those that each piece completes. So a long list is never in
 * memory as a whole.
 *
 * @throws {SyntaxError} when the text is no JSON array, after the entries before the fault
 */
export async function* jsonEntries(pieces: AsyncIterable<string>): AsyncGenerator<unknown[]> {
  /** What earlier pieces have of the entry, or of the text around the array, that is not over. */
  let before = '';
  /** The text without the entries. */
  let around = '';
  let depth = 0;
  let isFirst = true;
  let quoted = false;
  let escaped = false;
  for await (const piece of pieces) {
    const entries: unknown[] = [];
    let begin = 0;
    const upTo = (end: number) => {
      const text = before + piece.slice(begin, end);
      before = '';
      begin = end;
      return text;
    };
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece.charCodeAt(at);
      if (escaped) escaped = false;
      else if (quoted) {
        if (character === BACKSLASH) escaped = true;
        else if (character === QUOTE) quoted = false;
      } else if (character === QUOTE) quoted = true;
      else if (character === BRACKET || character === BRACE) {
        depth += 1;
        if (depth === 1) around += upTo(at + 1);
      } else if (character === END_OF_BRACKET || character === END_OF_BRACE) {
        depth -= 1;
        if (depth === 0) {
          const last = upTo(at);
          if (!isFirst || !BLANK.test(last)) entries.push(JSON.parse(last));
        }
      } else if (character === COMMA && depth === 1) {
        entries.push(JSON.parse(upTo(at)));
        begin += 1;
        isFirst = false;
      }
    }
    before = upTo(piece.length);
    yield entries;
  }
  if (!Array.isArray(JSON.parse(around + before))) throw new SyntaxError('the text is no JSON array');
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACKET, BRACE, END_OF_BRACKET, END_OF_BRACE] = [0x5b, 0x7b, 0x5d, 0x7d];
const BLANK = /^[ \t\r\n]*$/;
