import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A process's resident memory in bytes, the least of five samples after ten seconds in which nothing happened. */
export async function residentAfterIdle(pid: number | undefined): Promise<number> {
  await pause(10_000);
  const samples: number[] = [];
  for (let sample = 0; sample < 5; sample += 1) {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    samples.push(Number(kibibytes?.[1]) * 1024);
    await pause(200);
  }
  return Math.min(...samples);
}
