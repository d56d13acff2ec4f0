import type { OutcomeStep } from '../approvals/event.ts';
import type { ActionVerb } from '../approvals/request.ts';
import { channel, member, type Sentence, say } from './kit/sentence.ts';
import { obstacleText } from './obstacle-text.ts';
import { userText } from './user-text.ts';
import { markOf, participle } from './verb-text.ts';

/** A text and the emoji that stands in front of it where there is none yet. */
export type Marked = { mark: Sentence; text: Sentence };

export function together({ mark, text }: Marked): Sentence {
  return say`${mark} ${text}`;
}

/** The end of a request, or of an attempt to carry it out. */
export type Outcome = OutcomeStep['event'];

/** What an outcome is told about. `by`: who denied or cancelled. `channel`, `approvals`: absent where they are not known. */
export type Subject = {
  verb: ActionVerb;
  target: { name: string; login: string };
  by: string | null;
  channel?: string;
  approvals?: { given: number; required: number };
};

/** An outcome in sentences that stand alone: in threads, direct messages and the audit log. */
export function outcomeText(outcome: Outcome, subject: Subject): Sentence {
  return together(markedOutcome(outcome, subject));
}

export function markedOutcome(outcome: Outcome, subject: Subject): Marked {
  const result = resultText(outcome, subject.verb, userText(subject.target));
  const because = becauseText(outcome, subject);
  return {
    mark: outcomeMark(outcome, subject.verb),
    text: because === null ? say`${result}.` : say`${result}. ${because}`,
  };
}

/** What became of the user: 'X was deleted'. */
export function resultText(outcome: Outcome, verb: ActionVerb, user: Sentence): Sentence {
  if (outcome.kind === 'completed') return say`${user} was ${participle(verb)}`;
  return outcome.kind === 'failed' && outcome.unclear
    ? say`It's unclear whether ${user} was ${participle(verb)}`
    : say`${user} wasn't ${participle(verb)}`;
}

/** What led to the result, and what to do next. */
export function becauseText(outcome: Outcome, { by, channel: place, approvals }: Subject): Sentence | null {
  const who = by === null ? say`A bot admin` : say`${member(by)}`;
  switch (outcome.kind) {
    case 'completed':
      return outcome.found ? say`Fastly's first reply was lost. A check confirmed the change.` : null;
    case 'failed':
      return say`${outcome.why}`;
    case 'refused':
      return obstacleText(outcome.obstacle);
    case 'denied':
      return outcome.reason === null
        ? say`${who} denied the request.`
        : say`${who} denied the request: ${outcome.reason}`;
    case 'cancelled':
      if (outcome.why === null) return say`${who} cancelled the request.`;
      return place === undefined
        ? say`The request couldn't be posted. ${outcome.why}`
        : say`The request couldn't be posted in ${channel(place)}. ${outcome.why}`;
    case 'expired':
      return approvals
        ? say`The request expired with ${approvals.given} of ${approvals.required} approvals.`
        : say`The request expired.`;
  }
}

export function outcomeMark({ kind }: Outcome, verb: ActionVerb): Sentence {
  switch (kind) {
    case 'completed':
      return markOf(verb);
    case 'failed':
      return say`⚠️`;
    case 'refused':
      return say`⛔`;
    case 'denied':
      return say`🚫`;
    case 'cancelled':
      return say`↩️`;
    case 'expired':
      return say`⌛`;
  }
}
