/** What becomes of an interaction, as `docs/metrics.md` explains it. */
export type InteractionOutcome =
  | 'done'
  | 'refused'
  | 'failed'
  | 'denied'
  | 'outdated'
  | 'repeated'
  | 'stopping';

/** Told what an interaction came to. Times are in milliseconds. */
export type InteractionMeter = {
  interaction(kind: string, name: string, outcome: InteractionOutcome): void;
  acknowledged(kind: string, milliseconds: number): void;
  answered(kind: string, name: string, milliseconds: number): void;
};

/** One delivery on its way through the bot, from when it was read. */
export class MeasuredInteraction {
  readonly #meter: InteractionMeter;
  readonly #kind: string;
  /** When it was read, in Unix milliseconds. */
  readonly begunAt = Date.now();
  readonly #began = performance.now();
  #name: string;
  #outcome: InteractionOutcome = 'done';
  #acknowledged = false;
  #answered = false;
  #ended = false;

  /** @param name one of a limited list, never what somebody typed */
  constructor(meter: InteractionMeter, kind: string, name: string) {
    this.#meter = meter;
    this.#kind = kind;
    this.#name = name;
  }

  /** It turns out what it is for. @param name as for the constructor */
  named(name: string): void {
    this.#name = name;
  }

  /** Slack has taken the acknowledgement. */
  acknowledged(): void {
    if (this.#acknowledged) return;
    this.#acknowledged = true;
    this.#meter.acknowledged(this.#kind, performance.now() - this.#began);
  }

  /** Slack has taken an answer or a form, perhaps long after the end. Only the first counts. */
  answered(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#meter.answered(this.#kind, this.#name, performance.now() - this.#began);
  }

  turnsOut(outcome: InteractionOutcome): void {
    this.#outcome = outcome;
  }

  /** It is not begun at all, and what its sender is told is no answer to what they asked for. */
  turnedAway(outcome: InteractionOutcome): void {
    this.#answered = true;
    this.#outcome = outcome;
    this.ended();
  }

  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#meter.interaction(this.#kind, this.#name, this.#outcome);
  }
}
