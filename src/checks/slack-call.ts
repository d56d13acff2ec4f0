import { connectionProblem } from '../http/connection-problem.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { wordOf } from '../slack/connection/refused-words.ts';
import { type Finding, notKnown } from './finding.ts';

/** Slack didn't tell what was asked. @param what a sentence without its full stop */
export function notTold(what: string, error: unknown): Finding {
  return notKnown(`${what}: ${causeOf(error)}.`);
}

/** Slack's word, or why there is none. */
export function causeOf(error: unknown): string {
  return wordOf(error) ?? connectionProblem(error)?.what ?? reasonOf(error);
}
