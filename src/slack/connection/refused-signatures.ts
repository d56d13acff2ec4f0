import type { Logger } from '../../observability/log.ts';

/** Why a request is not taken for Slack's: no signature, one of another time, or one that another secret made. */
const SIGNATURE_REFUSALS = ['unsigned', 'wrong-time', 'wrong-signature'] as const;
export type SignatureRefusal = (typeof SIGNATURE_REFUSALS)[number];

/**
 * Why a delivery is taken from nobody: its signature, its size, or a form that the bot cannot read. `left-out`: it only
 * says that Slack leaves events out, as there are too many (docs.slack.dev, app_rate_limited).
 */
export const DELIVERY_REFUSALS = [...SIGNATURE_REFUSALS, 'size', 'form', 'left-out'] as const;
export type OnRefusedDelivery = (reason: (typeof DELIVERY_REFUSALS)[number]) => void;

/** Whether a delivery of a form that the bot can't read says that Slack leaves events out. */
export function formRefusal(type: unknown): 'form' | 'left-out' {
  return type === 'app_rate_limited' ? 'left-out' : 'form';
}

const REMEDIES: Record<SignatureRefusal, string> = {
  unsigned:
    "If commands get no answer, check that whatever is in front of the bot passes Slack's headers on.",
  'wrong-time': "If commands get no answer, correct this machine's clock.",
  'wrong-signature':
    'SLACK_SIGNING_SECRET is most likely of another Slack app. Copy it from Basic Information in the Slack app.',
};

/** Counts the refused requests by reason, and logs the first of each, the 10th, the 100th and so on. */
export class RefusedSignatures {
  readonly #log: Logger;
  readonly #onRefused: OnRefusedDelivery;
  readonly #counts = new Map<SignatureRefusal, number>();

  constructor(log: Logger, onRefused: OnRefusedDelivery) {
    this.#log = log;
    this.#onRefused = onRefused;
  }

  add(reason: SignatureRefusal): void {
    const refused = (this.#counts.get(reason) ?? 0) + 1;
    this.#counts.set(reason, refused);
    this.#onRefused(reason);
    if (!/^10*$/.test(String(refused))) return;
    const remedy = REMEDIES[reason];
    this.#log.warn({ reason, refused, remedy }, "a request without Slack's signature was refused");
  }
}
