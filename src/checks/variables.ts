import type { VariableProblem } from '../config/problem.ts';
import { VARIABLES } from '../config/variables.ts';
import { type Finding, fine, off, warning, wrong } from './finding.ts';

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
    ...problems.map(({ what, remedy }) => wrong(`${what}.`, remedy)),
    ...warnings.map((each) => (isWrong(each) ? wrong : warning)(`${each.what}.`, each.remedy)),
    ...(set.length > 0 ? [fine(`Set and in the right form: ${namesOf(set)}.`)] : []),
    ...(unset.length > 0 ? [off(`Not set, so off or at their defaults: ${namesOf(unset)}.`)] : []),
  ];
}

function namesOf(variables: readonly { name: string }[]): string {
  return variables.map(({ name }) => name).join(', ');
}

/** Without anybody who may use it the bot does nothing. */
function isWrong({ name }: Pick<VariableProblem, 'name'>): boolean {
  return name === 'SUPERUSERS';
}
