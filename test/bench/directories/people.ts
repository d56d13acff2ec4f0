export const USERS = 100_000;

/** What names are made of here: some 400 first names and some 8,000 last names. */
const SYLLABLES = 'an ber cor da el fin gra hol is jo ka lun mar nor ol pe ri sten tor va'.split(' ');

/** One of the users. Names are as unlike each other as those of a large company. */
export function person(index: number): { id: string; name: string; login: string } {
  // Multiplying by a prime spreads neighbours.
  const spread = (index * 7_919) % SYLLABLES.length ** 4;
  const [a, b, c, d] = [0, 1, 2, 3].map((place) => syllable(Math.floor(spread / SYLLABLES.length ** place)));
  const [first, last] = [`${a}${b}`, `${c}${d}${syllable(index)}`];
  const number = String(index).padStart(6, '0');
  return {
    id: `many000000000000${number}`,
    name: `${capital(first)} ${capital(last)}`,
    login: `${first}.${last}.${number}@many.example`,
  };
}

function syllable(number: number): string {
  return SYLLABLES[number % SYLLABLES.length] ?? '';
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
