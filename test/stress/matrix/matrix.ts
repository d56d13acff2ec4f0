import { type Cell, FACTORS, type Tried, tryCell } from './cell.ts';

/** They mostly wait: for faults to last, and for leases to run out. */
const AT_A_TIME = 16;

/** Tries all cells, several at a time, and gives them in their order. */
export async function tryAll(cells: readonly Cell[]): Promise<Tried[]> {
  const results: Tried[] = [];
  const left = [...cells.entries()];
  const next = async (): Promise<void> => {
    for (let entry = left.shift(); entry !== undefined; entry = left.shift()) {
      const [index, cell] = entry;
      results[index] = await tryCell(cell);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
  return results;
}

/** How many cells held, and after a `!` how many broke, for each operation and each level of the other factors. */
export function tableOf(results: readonly Tried[]): string {
  const { operation: operations, ...others } = FACTORS;
  const lines = Object.entries(others).flatMap(([factor, levels]) => [
    row(factor, operations),
    ...levels.map((level) => {
      const there = results.filter(({ cell }) =>
        Object.entries(cell).some(([name, value]) => name === factor && value === level),
      );
      return row(
        `  ${level}`,
        operations.map((operation) => count(there.filter(({ cell }) => cell.operation === operation))),
      );
    }),
  ]);
  const held = results.filter(({ problems }) => problems.length === 0).length;
  const told = ['done', 'unclear', 'not done'].map(
    (end) => `${results.filter((each) => each.end === end).length} ${end}`,
  );
  return [
    ...lines,
    `The change was told as: ${told.join(', ')}.`,
    `${held} cells held, ${results.length - held} broken.`,
  ].join('\n');
}

/** One line a broken cell, with what is wrong, and lines with what was told. */
export function brokenCells(results: readonly Tried[]): string[] {
  return results
    .filter(({ problems }) => problems.length > 0)
    .map(({ cell, problems, told }) =>
      [
        Object.values(cell).join(' × '),
        ...problems.map((each) => `    ! ${each}`),
        ...told.map((each) => `    told: ${each}`),
      ].join('\n'),
    );
}

function count(there: readonly Tried[]): string {
  const broken = there.filter(({ problems }) => problems.length > 0).length;
  return `${there.length - broken}${broken > 0 ? `!${broken}` : ''}`;
}

function row(name: string, columns: readonly string[]): string {
  return [name.padEnd(28), ...columns.map((each) => each.padStart(9))].join(' ');
}
