import { inspect } from 'node:util';
import { FatalError } from '../observability/fatal-error.ts';

/**
 * A token, password or signing secret. However it is printed (template, JSON, console, logger, error) it reads
 * `[redacted]`; only `reveal()` gives the text, so a search for that word finds every place that uses one.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** Slack or Fastly rejected a token for good. Retrying can't help, so the process ends. */
export class CredentialRefused extends FatalError {
  readonly problem: { what: string; remedy: string };

  /** Whole sentences, both. */
  constructor(what: string, remedy: string) {
    super(`${what} ${remedy}`);
    this.name = 'CredentialRefused';
    this.problem = { what, remedy };
  }
}
