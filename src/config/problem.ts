import { BAD_CONFIGURATION, FatalError } from '../observability/fatal-error.ts';

/** What is wrong with a variable, or with how it fits another. `what` begins with its name; `remedy` is whole sentences. */
export type VariableProblem = { name: string; what: string; remedy: string };

/** In whole sentences. */
export function problemText({ what, remedy }: VariableProblem): string {
  return `${what}. ${remedy}`;
}

/** The environment is wrong. It has at least one problem. */
export class ConfigError extends FatalError {
  override readonly exitCode = BAD_CONFIGURATION;
  readonly problems: readonly VariableProblem[];
  /** What to do where nothing has been set up yet. */
  readonly hint: string | null;

  constructor(problems: readonly VariableProblem[], nothingSet = false) {
    super(problems.map(problemText).join(' '));
    this.name = 'ConfigError';
    this.problems = problems;
    this.hint = nothingSet
      ? 'No variables are set. To try the bot without Slack or Fastly, run: npm run sandbox. To set it up for real, copy .env.example to .env and fill it in.'
      : null;
  }
}
