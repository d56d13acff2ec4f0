import { stat } from 'node:fs/promises';
import { type Finding, warning } from './finding.ts';

const READABLE_BY_OTHERS = 0o044;

/** A warning where a file's group or all other accounts may read one of these files. @param why that matters, if not clear */
export async function secrecyFindings(files: readonly string[], why = ''): Promise<Finding[]> {
  const open: string[] = [];
  for (const file of files) {
    const { mode } = (await stat(file).catch(() => null)) ?? { mode: 0 };
    if ((mode & READABLE_BY_OTHERS) !== 0) open.push(file);
  }
  if (open.length === 0) return [];
  const what = `Other accounts of this machine can read ${open.join(' and ')}${why}.`;
  return [warning(what, `Run: chmod 600 ${open.join(' ')}`)];
}
