let ahead = 0;

/** By how many milliseconds the sandbox's clock is before this machine's. */
export function setAhead(milliseconds: number): void {
  ahead = milliseconds;
}

/** The time by the sandbox's clock, in Unix milliseconds. */
export function now(): number {
  return Date.now() + ahead;
}
