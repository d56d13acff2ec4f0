import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A line of a Dockerfile: `keyword` in capitals, `flags` such as `--from=name` by name, and `rest` as it is written. */
export type Instruction = { keyword: string; flags: Record<string, string>; rest: string };
/** One `FROM` and what follows it. */
export type Stage = { base: string; name: string; instructions: Instruction[] };

const Words = z.array(z.string()).min(1);

/** The stages of a Dockerfile, in order. It knows comments, continued lines and flags; no variables and no heredocs. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const stages: Stage[] = [];
  for (const line of lines) {
    const instruction = readInstruction(line);
    if (instruction.keyword !== 'FROM') stages.at(-1)?.instructions.push(instruction);
    else {
      const [base = '', , name = String(stages.length)] = instruction.rest.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    }
  }
  return stages;
}

function readInstruction(line: string): Instruction {
  const [, keyword = '', flags = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.+)$/.exec(line) ?? [];
  if (keyword === '') throw new Error(`no instruction: ${line}`);
  const named = [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]);
  return { keyword: keyword.toUpperCase(), flags: Object.fromEntries(named), rest };
}

/** The words of a command in JSON, which is run without a shell. Throws for one that a shell would run. */
export function execForm(text: string): string[] {
  return Words.parse(JSON.parse(text));
}

/** The only instruction of a stage with this keyword. */
export function only({ instructions }: Stage, keyword: string): Instruction {
  const found = instructions.filter((each) => each.keyword === keyword);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${keyword} is there ${found.length} times`);
  return first;
}

/** The check's own command, without its `CMD`. */
export function healthCheckCommand(stage: Stage): string[] {
  const { rest } = only(stage, 'HEALTHCHECK');
  return execForm(rest.replace(/^CMD\s+/, ''));
}

/** The project's own. */
export const DOCKERFILE = readDockerfile(read('deploy/Dockerfile'));

/** The image that is run: the last stage. */
export const IMAGE = lastOf(DOCKERFILE);

function lastOf(stages: readonly Stage[]): Stage {
  const last = stages.at(-1);
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  return last;
}

/** A file of the project, by its path from the root. */
export function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
