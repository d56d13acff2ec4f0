/** Text as it is compared where it names somebody: Unicode NFC, no letter case, single spaces. Accents stay. */
export function canonical(text: string): string {
  // Plain letters are most of what a long list has, and normalizing takes longer than all else done to a name.
  if (isPlain(text)) return text.toLowerCase();
  return text.normalize('NFC').toLowerCase().normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Whether a text is of ASCII's printable characters, with single spaces and none around it. */
export function isPlain(text: string): boolean {
  return /^[!-~]*(?: [!-~]+)*$/.test(text) && !text.startsWith(' ');
}
