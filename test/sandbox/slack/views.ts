import { BOT, type Member, TEAM } from '../cast.ts';
import type { JsonObject, SeenView } from '../control/protocol.ts';
import { asSlackKeeps } from './block-kit/elements-of.ts';
import { problemsOfView } from './block-kit/validate.ts';
import { newId, newSecret } from './identifiers.ts';
import { type StateValues, stateOf } from './input-state.ts';
import { objectOf, objectsOf, stringOf } from './json.ts';
import { Refusal } from './refusal.ts';
import { refuseUnknown, type UnknownBlocks } from './unknown-blocks.ts';

/** A modal or a Home tab, as one member has it before them. */
export type View = {
  id: string;
  member: Member;
  /** The view payload as the app gave it, with Slack's ids and defaults in its blocks. */
  payload: JsonObject;
  hash: string;
  values: StateValues;
  errors: { [blockId: string]: string };
};

const MOST_VIEWS = 3;
const MOST_BYTES = 250_000;

/** Every member's modal stack and Home tab. https://docs.slack.dev/surfaces/modals */
export class Views {
  readonly #stacks = new Map<string, View[]>();
  readonly #homes = new Map<string, View>();
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #unknown: () => UnknownBlocks;

  constructor(now: () => number, changed: () => void, unknown: () => UnknownBlocks) {
    this.#now = now;
    this.#changed = changed;
    this.#unknown = unknown;
  }

  /** Bottom to top. */
  stack(memberId: string): View[] {
    return this.#stacks.get(memberId) ?? [];
  }

  home(memberId: string): View | null {
    return this.#homes.get(memberId) ?? null;
  }

  find(wanted: { id: string } | { externalId: string }): View | undefined {
    return [...[...this.#stacks.values()].flat(), ...this.#homes.values()].find((view) =>
      'id' in wanted ? view.id === wanted.id : view.payload.external_id === wanted.externalId,
    );
  }

  /** Refuses a view payload Slack would not show. */
  check(payload: JsonObject, type: 'modal' | 'home', except?: View): void {
    if (payload.type !== type) {
      throw invalidView([
        `failed to match all allowed schemas [json-pointer:/view]`,
        `must be ${type} [json-pointer:/view/type]`,
      ]);
    }
    refuseUnknown(objectsOf(payload.blocks), this.#unknown(), '/view/blocks');
    const problems = problemsOfView(payload, type);
    if (problems.length > 0) throw invalidView(problems);
    if (Buffer.byteLength(JSON.stringify(payload)) > MOST_BYTES) throw new Refusal('view_too_large');
    const externalId = stringOf(payload.external_id);
    const holder = externalId === '' ? undefined : this.find({ externalId });
    if (holder !== undefined && holder !== except) throw new Refusal('duplicate_external_id');
  }

  /** Puts a modal up, in place of any the member had open. */
  open(member: Member, payload: JsonObject): View {
    const view = this.#create(member, payload);
    this.#stacks.set(member.id, [view]);
    this.#changed();
    return view;
  }

  push(member: Member, payload: JsonObject): View {
    const stack = this.stack(member.id);
    if (stack.length >= MOST_VIEWS) throw new Refusal('push_limit_reached');
    const view = this.#create(member, payload);
    this.#stacks.set(member.id, [...stack, view]);
    this.#changed();
    return view;
  }

  publish(member: Member, payload: JsonObject): View {
    const before = this.#homes.get(member.id);
    if (before !== undefined) return this.update(before, payload);
    const view = this.#create(member, payload);
    this.#homes.set(member.id, view);
    this.#changed();
    return view;
  }

  /** What was typed stays where block id and action id stay; errors at the fields go. */
  update(view: View, payload: JsonObject): View {
    view.payload = keep(payload);
    view.values = stateOf(objectsOf(view.payload.blocks), view.values);
    view.errors = {};
    view.hash = this.#hash();
    this.#changed();
    return view;
  }

  /** Takes a view, wherever it is in the stack, off the member's screen. */
  remove(view: View): void {
    this.#stacks.set(
      view.member.id,
      this.stack(view.member.id).filter((each) => each !== view),
    );
    this.#changed();
  }

  clear(memberId: string): void {
    this.#stacks.delete(memberId);
    this.#changed();
  }

  setValue(view: View, blockId: string, actionId: string, value: JsonObject): void {
    view.values = { ...view.values, [blockId]: { ...view.values[blockId], [actionId]: value } };
    view.errors = Object.fromEntries(Object.entries(view.errors).filter(([id]) => id !== blockId));
    this.#changed();
  }

  setErrors(view: View, errors: { [blockId: string]: string }): void {
    view.errors = errors;
    this.#changed();
  }

  /** The view as payloads and answers carry it. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
  describe(view: View): JsonObject {
    const { payload } = view;
    const stack = this.stack(view.member.id);
    const place = stack.indexOf(view);
    return {
      id: view.id,
      team_id: view.member.teamId,
      type: payload.type ?? '',
      blocks: payload.blocks ?? [],
      private_metadata: payload.private_metadata ?? '',
      callback_id: payload.callback_id ?? '',
      state: { values: view.values },
      hash: view.hash,
      title: payload.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
      clear_on_close: payload.clear_on_close ?? false,
      notify_on_close: payload.notify_on_close ?? false,
      close: payload.close ?? null,
      submit: payload.submit ?? null,
      previous_view_id: stack[place - 1]?.id ?? null,
      root_view_id: stack[0]?.id ?? view.id,
      app_id: BOT.appId,
      external_id: payload.external_id ?? '',
      app_installed_team_id: TEAM.id,
      bot_id: BOT.botId,
    };
  }

  see(view: View): SeenView {
    const { payload } = view;
    const text = (value: string) => stringOf(objectOf(payload[value])?.text);
    return {
      id: view.id,
      type: payload.type === 'home' ? 'home' : 'modal',
      callbackId: stringOf(payload.callback_id),
      title: text('title'),
      submit: text('submit') || null,
      close: text('close') || null,
      blocks: objectsOf(payload.blocks),
      hash: view.hash,
      values: view.values,
      errors: view.errors,
    };
  }

  #create(member: Member, payload: JsonObject): View {
    const kept = keep(payload);
    const values = stateOf(objectsOf(kept.blocks));
    return { id: newId('V'), member, payload: kept, hash: this.#hash(), values, errors: {} };
  }

  #hash(): string {
    return `${Math.floor(this.#now() / 1000)}.${newSecret(4)}`;
  }
}

function keep(payload: JsonObject): JsonObject {
  return { ...payload, blocks: asSlackKeeps(objectsOf(payload.blocks)) };
}

function invalidView(problems: string[]): Refusal {
  return new Refusal('invalid_arguments', {
    response_metadata: { messages: problems.map((each) => `[ERROR] ${each}`) },
  });
}
