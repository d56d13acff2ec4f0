import { newSecret } from './identifiers.ts';
import { Refusal } from './refusal.ts';

const LIFETIME_MILLISECONDS = 3_000;

/** What made a trigger: whose action it was, and the modal it happened in. */
export type Trigger = { memberId: string; viewId: string | null };

/** Trigger ids: each opens one view within 3 seconds. https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses */
export class TriggerIds {
  readonly #triggers = new Map<string, Trigger & { issued: number; exchanged: boolean }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(trigger: Trigger): string {
    const id = `${Math.floor(this.#now())}.${this.#triggers.size + 1}.${newSecret()}`;
    this.#triggers.set(id, { ...trigger, issued: this.#now(), exchanged: false });
    return id;
  }

  exchange(id: string): Trigger {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) throw new Refusal('invalid_trigger_id');
    if (trigger.exchanged) throw new Refusal('exchanged_trigger_id');
    if (this.#now() - trigger.issued > LIFETIME_MILLISECONDS) throw new Refusal('expired_trigger_id');
    trigger.exchanged = true;
    return trigger;
  }
}
