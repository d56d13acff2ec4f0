const BITS = 0o044;

/** Whether a file's group or all other accounts may read it. */
export function isReadableByOthers({ mode }: { mode: number }): boolean {
  return (mode & BITS) !== 0;
}
