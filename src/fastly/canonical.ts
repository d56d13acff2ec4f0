/** Text as it is compared where it names somebody: Unicode NFC, no letter case, single spaces. Accents stay. */
export function canonical(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC').replace(/\s+/g, ' ').trim();
}
