import { z } from 'zod';
import { Secret } from '../config/secret.ts';
import { ChannelId, MemberId, TeamId, UserGroupId } from '../ids.ts';
import { Origin } from './carried.ts';

type Place =
  /** `ts` is null where the message is only visible to the caller, and for what has none. */
  | { kind: 'message'; channel: ChannelId; ts: string | null }
  | { kind: 'modal'; viewId: string; hash: string | null; origin: Origin | null }
  /** `hash`: of what it showed then. */
  | { kind: 'home'; hash: string | null };

/**
 * What the inputs of a form hold, by action id: text, an option's value, or nothing. A ticked checkbox is a key of its
 * own, its option's value, with the value `yes`; one that is not ticked is not there.
 */
export type FormValues = Readonly<Record<string, string | null>>;

/** What the fields of a form hold that are for secrets, by action id; an empty one is not there. */
type FormSecrets = Readonly<Record<string, Secret>>;

/** An input whose action id begins so is for a secret: it is no text from the moment it is read. */
export const SECRET_FIELD = 'secret.';

/** The Slack member behind a command, click or submission, whose workspace the gate has checked. */
export type Caller = { memberId: MemberId };

export type Sender = {
  memberId: MemberId;
  /** Null where the delivery names no workspace of theirs. */
  teamId: TeamId | null;
  /** The ids of organisations that the delivery names. What is no text is `unreadable`, which agrees with none. */
  organisations: readonly string[];
};

// `user.team_id` is the member's own; in an organisation any of their workspaces, or the organisation. `team` is the app's.
const anything = z.unknown().optional();
const people = { user: anything, team: anything, enterprise: anything };

function senderOf(id: unknown, team: unknown, ...organisations: unknown[]): Sender | null {
  const memberId = MemberId.safeParse(id).data;
  if (memberId === undefined) return null;
  const teamId = TeamId.safeParse(team).data ?? null;
  const sent = teamId === null ? [team, ...organisations] : organisations;
  const isSent = (each: unknown) => each !== undefined && each !== null && each !== '';
  return { memberId, teamId, organisations: [...new Set(sent.filter(isSent).map(readable))] };
}

const readable = (id: unknown) => (typeof id === 'string' ? id : 'unreadable');

/** The sender of what is not a command or an event. */
function personIn({ user, team, enterprise }: { [Key in keyof typeof people]?: unknown }): Sender | null {
  const organisations = [fieldOf(enterprise, 'id'), fieldOf(team, 'enterprise_id')];
  return senderOf(fieldOf(user, 'id'), fieldOf(user, 'team_id'), ...organisations);
}

const Fields = z.record(z.string(), z.unknown());

function fieldOf(value: unknown, name: string): unknown {
  return Fields.safeParse(value).data?.[name];
}

const responseUrl = z.url().nullable().catch(null);
const triggerId = z.string().nullable().catch(null);
const View = z.object({
  id: z.string(),
  type: z.string(),
  callback_id: z.string().catch(''),
  private_metadata: z.string().catch(''),
  hash: z.string().nullable().catch(null),
});

const Option = z.object({ value: z.string() });
const InputState = z.object({
  value: z.string().nullish(),
  selected_option: Option.nullish(),
  selected_options: z.array(Option).optional(),
});
const State = z.object({ values: z.record(z.string(), z.record(z.string(), InputState)) });

const Command = z
  .object({
    command: z.string().startsWith('/'),
    text: z.string().catch(''),
    user_id: z.string().optional(),
    team_id: z.string().optional(),
    enterprise_id: anything,
    channel_id: ChannelId,
    trigger_id: z.string().catch(''),
    response_url: responseUrl,
  })
  .transform((body) => ({
    kind: 'command' as const,
    sender: senderOf(body.user_id, body.team_id, body.enterprise_id),
    id: body.command,
    text: body.text,
    channel: body.channel_id,
    triggerId: body.trigger_id,
    responseUrl: body.response_url,
  }));

const Click = z
  .object({
    type: z.literal('block_actions'),
    ...people,
    actions: z.tuple(
      [
        z.object({
          action_id: z.string(),
          block_id: z.string().catch(''),
          value: z.string().nullish(),
          selected_option: Option.nullish(),
        }),
      ],
      z.unknown(),
    ),
    trigger_id: triggerId,
    response_url: responseUrl,
    channel: z.object({ id: ChannelId }).optional(),
    container: z
      .object({ message_ts: z.string(), is_ephemeral: z.boolean().catch(false) })
      .nullable()
      .catch(null),
    view: View.optional(),
  })
  .transform((body, context) => {
    const [action] = body.actions;
    const ts = body.container && !body.container.is_ephemeral ? body.container.message_ts : null;
    const message = body.channel && { kind: 'message' as const, channel: body.channel.id, ts };
    const place = body.view ? placeOf(body.view) : message;
    if (place === undefined) {
      context.addIssue({ code: 'custom', message: 'a click is on a message or in a view' });
      return z.NEVER;
    }
    return {
      kind: 'click' as const,
      sender: personIn(body),
      id: action.action_id,
      /** The id of the block it is in: ours where we gave it one, else Slack's. */
      blockId: action.block_id,
      value: action.selected_option?.value ?? action.value ?? null,
      place,
      triggerId: body.trigger_id,
      responseUrl: body.response_url,
    };
  });

function placeOf(view: z.infer<typeof View>): Place {
  if (view.type === 'home') return { kind: 'home', hash: view.hash };
  return { kind: 'modal', viewId: view.id, hash: view.hash, origin: Origin.read(view.private_metadata) };
}

const TypeAhead = z
  .object({
    type: z.literal('block_suggestion'),
    ...people,
    action_id: z.string(),
    value: z.string().catch(''),
    view: View.optional(),
  })
  .transform((body) => ({
    kind: 'type-ahead' as const,
    sender: personIn(body),
    id: body.action_id,
    text: body.value,
    origin: Origin.read(body.view?.private_metadata ?? ''),
  }));

const Submission = z
  .object({
    type: z.literal('view_submission'),
    ...people,
    trigger_id: triggerId,
    view: View.extend({ state: State }),
  })
  .transform(({ trigger_id, view, ...body }) => ({
    kind: 'submission' as const,
    sender: personIn(body),
    id: view.callback_id,
    viewId: view.id,
    triggerId: trigger_id,
    ...formInputs(view.state),
    blocks: Object.keys(view.state.values),
    origin: Origin.read(view.private_metadata),
    /** What else the form was opened about. */
    subject: Origin.readSubject(view.private_metadata),
  }));

function formInputs(state: z.infer<typeof State>): { values: FormValues; secrets: FormSecrets } {
  const values: Record<string, string | null> = {};
  const secrets: Record<string, Secret> = {};
  for (const [actionId, input] of Object.values(state.values).flatMap((block) => Object.entries(block))) {
    const value = input.selected_option?.value ?? input.value ?? null;
    if (actionId.startsWith(SECRET_FIELD)) {
      if (value) secrets[actionId] = new Secret(value);
    } else if (input.selected_options) {
      for (const ticked of input.selected_options) values[ticked.value] = 'yes';
    } else values[actionId] = value;
  }
  return { values, secrets };
}

const ViewClosed = z.object({ type: z.literal('view_closed'), ...people, view: View }).transform((body) => ({
  kind: 'view-closed' as const,
  sender: personIn(body),
  id: body.view.callback_id,
}));

const Shortcut = z
  .object({ type: z.enum(['shortcut', 'message_action']), ...people, callback_id: z.string() })
  .transform((body) => ({ kind: 'shortcut' as const, sender: personIn(body), id: body.callback_id }));

const flag = z.boolean().optional().catch(undefined);

/** A member as an event about them has them: whether they are deactivated, their address and their workspaces in an organisation. */
const Changed = z.object({
  id: MemberId,
  deleted: flag,
  profile: z
    .object({ email: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  enterprise_user: z
    .object({ teams: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const Event = z
  .object({
    type: z.literal('event_callback'),
    team_id: z.string().optional(),
    enterprise_id: anything,
    event: z.object({
      type: z.string(),
      user: anything,
      user_team: anything,
      tab: z.string().nullable().catch(null),
      subteam_id: UserGroupId.nullable().catch(null),
      team_id: anything,
      view: View.nullable().catch(null),
    }),
  })
  .transform(({ team_id, enterprise_id, event }) => ({
    kind: 'event' as const,
    sender: senderOf(event.user, event.user_team ?? team_id, enterprise_id),
    id: event.type,
    /** The user group that has changed, where one has, and the workspace that it is in. */
    group: event.subteam_id,
    groupTeam: event.team_id ?? team_id ?? null,
    changed: Changed.safeParse(event.user).data ?? null,
    team: team_id ?? null,
    tab: event.tab,
    /** Of what that tab showed then. */
    hash: event.view?.hash ?? null,
  }));

const Body = z.union([Command, Click, TypeAhead, Submission, ViewClosed, Shortcut, Event]);

/**
 * What Slack delivered, reduced to what this bot reads and checked on the way in. `id` is the id of its listener.
 * `sender` is `null` when the delivery does not say who it is from, which nobody's allowlist covers.
 */
export type Incoming = z.infer<typeof Body>;
export type IncomingOf<Kind extends Incoming['kind']> = Extract<Incoming, { kind: Kind }>;

/** Reads a delivery's body; `null` when it is none that this bot knows how to take. */
export function readIncoming(body: unknown): Incoming | null {
  // Events can be many, and no other delivery is of their type.
  const schema = fieldOf(body, 'type') === 'event_callback' ? Event : Body;
  return schema.safeParse(body).data ?? null;
}

/** Whether it says that the caller looks at their Home tab: there are other tabs (docs.slack.dev, app_home_opened). */
export function opensHome({ id, tab }: IncomingOf<'event'>): boolean {
  return id === HOME_OPENED && tab === 'home';
}

export const HOME_OPENED = 'app_home_opened';

/** Somebody was added to a user group, or removed from it (docs.slack.dev, subteam_members_changed). It has no caller. */
export const GROUP_CHANGED = 'subteam_members_changed';

/** Something about a member has changed, be it only their status (docs.slack.dev, user_change). It has no caller. */
export const MEMBER_CHANGED = 'user_change';
