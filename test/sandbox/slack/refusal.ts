import type { JsonObject } from '../control/protocol.ts';

/** A Web API answer with `ok: false`. `code` is Slack's error, `details` what else the answer carries. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: JsonObject;

  constructor(code: string, details: JsonObject = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** What a person in front of Slack could not do either: there is no such button, or no such channel for them. */
export class Impossible extends Error {}
