/**
 * Text as it is compared in a search: no case, no accents (`Tomás` is found by `tomas`), straight apostrophes, single
 * spaces.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}
