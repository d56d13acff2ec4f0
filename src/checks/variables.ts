import type { VariableProblem } from '../config/problem.ts';
import { VARIABLES } from '../config/variables.ts';
import type { Finding } from './finding.ts';

/**
 * What is wrong with the variables, and which are set. Every variable is in one line.
 *
 * @param warnings about what the bot starts with all the same, and about `.env`
 */
export function variableFindings(
  environment: Record<string, string | undefined>,
  problems: readonly VariableProblem[],
  warnings: readonly VariableProblem[],
): Finding[] {
  const told = new Set([...problems, ...warnings.filter(isWrong)].map(({ name }) => name));
  const silent = VARIABLES.filter(({ name }) => !told.has(name));
  const isSet = ({ name, secret, anyCase }: (typeof VARIABLES)[number]) =>
    [name, ...(secret ? [`${name}_FILE`] : []), ...(anyCase ? [name.toLowerCase()] : [])].some(
      (each) => environment[each] !== undefined && (environment[each] !== '' || name === 'SUPERUSERS'),
    );
  const set = silent.filter(isSet);
  const unset = silent.filter((about) => !isSet(about));
  return [
    ...problems.map(({ what, remedy }): Finding => ({ mark: 'wrong', what: `${what}.`, remedy })),
    ...warnings.map(
      ({ name, what, remedy }): Finding => ({
        mark: isWrong({ name }) ? 'wrong' : 'warning',
        what: `${what}.`,
        remedy,
      }),
    ),
    ...named('fine', 'Set and in the right form', set),
    ...named('off', 'Not set, so off or at their defaults', unset),
  ];
}

function named(mark: 'fine' | 'off', what: string, variables: readonly { name: string }[]): Finding[] {
  if (variables.length === 0) return [];
  return [{ mark, what: `${what}: ${variables.map(({ name }) => name).join(', ')}.` }];
}

/** Without anybody who may use it the bot does nothing. */
function isWrong({ name }: Pick<VariableProblem, 'name'>): boolean {
  return name === 'SUPERUSERS';
}
