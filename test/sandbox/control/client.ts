import { z } from 'zod';
import { CDN_TEAM, type Channel, type Member } from '../cast.ts';
import { describeSees } from './describe.ts';
import type {
  Acknowledged,
  ChannelChange,
  ClickRequest,
  Disconnection,
  FastlyCall,
  FastlyFaults,
  FillRequest,
  GroupChange,
  JsonObject,
  Outcome,
  Sees,
  Service,
  SlackCall,
  SlackDelivery,
  SlackFaults,
  Standing,
  SubmitRequest,
  Surface,
  TypeAheadAnswer,
} from './protocol.ts';

/** What comes is mostly there at once; a busy machine takes its time. */
const UNTIL_MILLISECONDS = 30_000;

/** Thrown when the control API refuses: `message` is its sentence. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Speaks to a sandbox's control API at `url` (no slash at its end). */
export class ControlClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** A handle with which to act as one member. */
  as(member: Member | string): ActingMember {
    return new ActingMember(this, typeof member === 'string' ? member : member.id);
  }

  members = () => this.request<Member[]>('GET', '/members');
  channels = () => this.request<Channel[]>('GET', '/channels');

  slackCalls = () => this.request<SlackCall[]>('GET', '/slack/calls');
  forgetSlackCalls = () => this.request<null>('DELETE', '/slack/calls');
  deliveries = () => this.request<SlackDelivery[]>('GET', '/slack/deliveries');
  redeliver = (id: string) => this.request<Outcome>('POST', '/slack/redeliver', { id });
  slackFaults = (faults: Partial<SlackFaults>) => this.request<SlackFaults>('POST', '/slack/faults', faults);
  disconnect = (how: Disconnection) => this.request<null>('POST', '/slack/disconnect', { how });
  /** Sends text over Socket Mode as it stands. Null where the app did not acknowledge the envelope `id`. */
  sendRaw = async (message: string, id: string | null) =>
    (await this.request<Acknowledged>('POST', '/slack/raw', { message, id })).acknowledged;
  connections = async () => (await this.request<{ open: number }>('GET', '/slack/connections')).open;
  setRequestUrl = (url: string | null) => this.request<null>('POST', '/slack/request-url', { url });
  /** The channel is shared with another company from now on. */
  share = (channel: string) => this.request<null>('POST', '/slack/share', { channel });
  /** The member, or else the bot, joins the channel. */
  invite = (channel: string, member?: string) =>
    this.request<null>('POST', '/slack/invite', { channel, ...(member !== undefined && { member }) });
  changeChannel = (change: ChannelChange) => this.request<null>('POST', '/slack/channel', change);
  changeMember = (member: string, standing: Standing) =>
    this.request<Outcome>('POST', '/slack/member', { member, standing });
  changeGroup = (change: GroupChange) => this.request<Outcome>('POST', '/slack/group', change);
  /** Moves Slack's and Fastly's clocks ahead, by milliseconds. */
  advanceClock = (milliseconds: number) => this.request<null>('POST', '/clock', { advance: milliseconds });

  fastlyCalls = () => this.request<FastlyCall[]>('GET', '/fastly/calls');
  forgetFastlyCalls = () => this.request<null>('DELETE', '/fastly/calls');
  fastlyUsers = () => this.request<JsonObject[]>('GET', '/fastly/users');
  putFastlyUsers = (users: JsonObject[]) => this.request<JsonObject[]>('PUT', '/fastly/users', { users });
  removeFastlyUser = (id: string) => this.request<null>('DELETE', `/fastly/users/${id}`);
  patchFastlyToken = (fields: JsonObject) => this.request<JsonObject>('PATCH', '/fastly/token', fields);
  patchFastlyAccount = (fields: JsonObject) => this.request<JsonObject>('PATCH', '/fastly/account', fields);
  fastlyTokens = () => this.request<JsonObject[]>('GET', '/fastly/tokens');
  putFastlyTokens = (tokens: JsonObject[]) => this.request<JsonObject[]>('PUT', '/fastly/tokens', { tokens });
  revokeFastlyToken = (id: string) => this.request<null>('DELETE', `/fastly/tokens/${id}`);
  fastlyInvitations = () => this.request<JsonObject[]>('GET', '/fastly/invitations');
  fastlyFaults = (faults: Partial<FastlyFaults>) =>
    this.request<FastlyFaults>('POST', '/fastly/faults', faults);

  /** How many requests a `hold` fault of that service holds now. */
  held = async (service: Service) => (await this.request<{ held: number }>('GET', `/${service}/held`)).held;

  /**
   * Waits until that service holds a request. After `patience` milliseconds (thirty seconds) throws with what was
   * awaited.
   */
  async untilHeld(service: Service, patience = UNTIL_MILLISECONDS): Promise<void> {
    const over = AbortSignal.timeout(patience);
    const path = `/${service}/held?atLeast=1`;
    while (true) {
      const answer = await this.request<{ held: number }>('GET', path, undefined, over).catch(
        (error: unknown) => {
          if (over.aborted) return undefined;
          throw error;
        },
      );
      if (answer === undefined) throw new Error(`Waited in vain for ${service} to hold a request.`);
      if (answer.held > 0) return;
    }
  }

  /** One request; `T` is what `protocol.ts` says it answers with, and null stands for no body. */
  async request<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
      ...(signal !== undefined && { signal }),
    });
    const text = await response.text();
    if (!response.ok) {
      const { error } = z.object({ error: z.string() }).catch({ error: text }).parse(parsed(text));
      throw new ControlError(response.status, error);
    }
    const answer: T = JSON.parse(text || 'null');
    return answer;
  }
}

/** One member of the workspace, in front of Slack. */
export class ActingMember {
  readonly id: string;
  readonly #client: ControlClient;

  constructor(client: ControlClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  /** Types `/fastly-user`, or `command`, and `text` into a channel: `#cdn-team` unless told otherwise. */
  command(text: string, channel: string | Channel = CDN_TEAM, command?: string): Promise<Outcome> {
    const request = { channel: idOf(channel), text, ...(command !== undefined && { command }) };
    return this.#act('command', request);
  }

  message(channel: string | Channel, text: string, threadTs?: string): Promise<{ ts: string }> {
    const request = { channel: idOf(channel), text, ...(threadTs !== undefined && { threadTs }) };
    return this.#act('message', request);
  }

  click(request: ClickRequest): Promise<Outcome> {
    return this.#act('click', request);
  }

  /** Types into a field of the top modal or chooses there. */
  fill(actionId: string, value: FillRequest['value'], blockId?: string): Promise<Outcome> {
    return this.#act('fill', { actionId, value, ...(blockId !== undefined && { blockId }) });
  }

  /** Fills in what `values` names, by action id, and submits the top modal. */
  submit(values?: SubmitRequest['values']): Promise<Outcome> {
    return this.#act('submit', values === undefined ? {} : { values });
  }

  /** Types into an external select of the top modal, unless `surface` says where. */
  typeAhead(actionId: string, value: string, surface: Surface = { view: 'modal' }): Promise<TypeAheadAnswer> {
    return this.#act('type-ahead', { ...surface, actionId, value });
  }

  close(all = false): Promise<Outcome> {
    return this.#act('close', { all });
  }

  home(): Promise<Outcome> {
    return this.#act('home', {});
  }

  shortcut(callbackId: string): Promise<Outcome> {
    return this.#act('shortcut', { callbackId });
  }

  /** What the member sees now; with `after`, once it is newer than that version. */
  sees(after = 0, signal?: AbortSignal): Promise<Sees> {
    return this.#client.request('GET', `/members/${this.id}/sees?after=${after}`, undefined, signal);
  }

  /**
   * Waits until `predicate` gives something for what the member sees, and returns that. After `patience`
   * milliseconds (thirty seconds) throws with `what` was awaited and all the member sees.
   */
  async until<T>(
    predicate: (sees: Sees) => T | undefined | null | false,
    what: string,
    patience = UNTIL_MILLISECONDS,
  ): Promise<T> {
    const over = AbortSignal.timeout(patience);
    let sees = await this.sees();
    while (true) {
      const found = predicate(sees);
      if (found !== undefined && found !== null && found !== false) return found;
      const newer = await this.sees(sees.version, over).catch((error: unknown) => {
        if (over.aborted) return undefined;
        throw error;
      });
      if (newer === undefined) {
        throw new Error(`${this.id} waited in vain for ${what}. They see:\n${describeSees(sees)}`);
      }
      sees = newer;
    }
  }

  #act<T>(action: string, request: object): Promise<T> {
    return this.#client.request('POST', `/members/${this.id}/${action}`, request);
  }
}

function idOf(channel: string | Channel): string {
  return typeof channel === 'string' ? channel : channel.id;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
