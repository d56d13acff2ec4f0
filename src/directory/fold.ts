/** Text as it is compared in a search: no case, no accents (`Tomás` is found by `tomas`), single spaces. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
