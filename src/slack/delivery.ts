import type { Caller, Incoming } from './incoming.ts';

/** An authorized delivery on its way to its listener. */
export type Delivery<Kind extends Incoming['kind'] = Incoming['kind']> = {
  incoming: Extract<Incoming, { kind: Kind }>;
  caller: Caller;
  /** Names this delivery in the log and in what the caller is told. */
  reference: string;
  /** The same when the same delivery comes once more: a form's view, else what one command or click has of its own. */
  deliveryKey: string;
};

/** The deliveries that passed the gate, by the body that Bolt hands on. */
export class Deliveries {
  readonly #passed = new WeakMap<object, Delivery>();

  pass(body: object, delivery: Delivery): void {
    this.#passed.set(body, delivery);
  }

  /** @throws when the delivery did not come through the gate: there is no other way to a listener */
  of(body: object): Delivery {
    const delivery = this.#passed.get(body);
    if (!delivery) throw new Error('a delivery reached a listener without passing the gate');
    return delivery;
  }
}
