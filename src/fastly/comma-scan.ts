/** Finds the commas between the entries of a JSON array whose text comes in pieces, each character looked at once. */
export class CommaScan {
  #seen = 0;
  #depth = 0;
  #quoted = false;
  #escaped = false;

  /** Where the last comma between entries in the next piece is, from the beginning of the first; -1 if there is none. */
  lastIn(piece: string): number {
    let last = -1;
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece.charCodeAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (this.#quoted) {
        if (character === BACKSLASH) this.#escaped = true;
        else if (character === QUOTE) this.#quoted = false;
      } else if (character === QUOTE) this.#quoted = true;
      else if (character === BRACKET || character === BRACE) this.#depth += 1;
      else if (character === END_OF_BRACKET || character === END_OF_BRACE) this.#depth -= 1;
      else if (character === COMMA && this.#depth === 1) last = this.#seen + at;
    }
    this.#seen += piece.length;
    return last;
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACKET, BRACE, END_OF_BRACKET, END_OF_BRACE] = [0x5b, 0x7b, 0x5d, 0x7d];
