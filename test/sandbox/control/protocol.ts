/**
 * The control API's words: what a test, or a page, says to act as a member of the sandbox's workspace, and what
 * that member sees. JSON over HTTP; `server.ts` speaks it and `client.ts` calls it.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What the sandbox stands in for. */
export type Service = 'slack' | 'fastly';

export type SeenMessage = {
  ts: string;
  threadTs?: string;
  /** Member id of the author, or the bot's. */
  author: string;
  text: string;
  blocks: JsonObject[];
  /** 'Only visible to you'. */
  ephemeral: boolean;
  edited: boolean;
};

export type SeenChannel = {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  shared: boolean;
  /** Oldest first, threads included. */
  messages: SeenMessage[];
};

export type SeenView = {
  id: string;
  type: 'modal' | 'home';
  callbackId: string;
  title: string;
  submit: string | null;
  close: string | null;
  blocks: JsonObject[];
  hash: string;
  /** What each input holds now, by block id: what was filled in, else its initial value, as in a submission's `view.state.values`. */
  values: { [blockId: string]: { [actionId: string]: JsonObject } };
  /** Errors Slack shows at the fields, by block id; empty when there are none. */
  errors: { [blockId: string]: string };
};

/** Everything one member can see. */
export type Sees = {
  /** Grows with each change to anything in the workspace; ask for `after=version` to wait for the next one. */
  version: number;
  channels: SeenChannel[];
  /** The modal stack, bottom to top. Empty: no modal is open. */
  modals: SeenView[];
  home: SeenView | null;
  /** What Slack itself told the member, oldest first: a command or click the app did not acknowledge, a link opened. */
  notices: { text: string }[];
};

/** How Slack took what the member did. `notice` is what Slack shows in place of the app's answer. */
export type Outcome = { acknowledged: true; response?: Json } | { acknowledged: false; notice: string };

/** Where a click happens: on a message in a channel, or in the member's top modal or Home tab. */
export type Surface = { channel: string; ts: string } | { view: 'modal' | 'home' };
/** The latest message in a channel that has what is to be clicked, for whoever types requests by hand. */
export type LatestMessage = { channel: string; ts?: undefined };

/** Who and what there is, for a page to show. */
export type Setting = {
  /** The app's own workspace. */
  team: { id: string; name: string; domain: string };
  members: {
    id: string;
    /** Handle, without `@`. */
    name: string;
    realName: string;
    /** The name of the workspace the member belongs to. */
    company: string;
    /** The name of the other workspace of the organisation that the member works in. */
    alsoIn: string | null;
    /** The bot of `npm run sandbox` takes commands from them. */
    superuser: boolean;
  }[];
  bot: { userId: string; name: string };
  /** Slash included; description and usage hint as in the manifest. */
  commands: { name: string; description: string; usageHint: string }[];
  homeTab: boolean;
  /** People may write to the bot directly. */
  takesMessages: boolean;
  /** What to type first into the project's own bot: a command and the words after it. Null: the app is another one. */
  firstSteps: { command: string; lookUp: string; askForDeletion: string; whom: string[] } | null;
  /** When the bot of `npm run sandbox` posts the account's report each day: `HH:MM` in UTC. */
  reportAt: string;
};

/**
 * POST /members/:id/command    CommandRequest  -> Outcome
 * POST /members/:id/message    MessageRequest  -> { ts }
 * POST /members/:id/click      ClickRequest    -> Outcome
 * POST /members/:id/type-ahead TypeAheadRequest-> TypeAheadAnswer
 * POST /members/:id/fill       FillRequest     -> Outcome (a dispatching input tells the app; others just keep it)
 * POST /members/:id/submit     SubmitRequest   -> Outcome
 * POST /members/:id/close      CloseRequest    -> Outcome
 * POST /members/:id/home       {}              -> Outcome
 * POST /members/:id/shortcut   { callbackId }  -> Outcome
 * GET  /members/:id/sees?after=N               -> Sees, at once when newer than N, else when something changes, or unchanged after 10 s
 *      the same with &as=text                   -> lines of text for a person
 * GET  /members                                -> Member[]
 * GET  /channels                               -> Channel[]
 * GET  /setting                                -> Setting
 * GET  /live?member=ID                         -> server-sent events for a page, see `Live`
 */
export type CommandRequest = { channel: string; text: string; command?: string };
export type MessageRequest = { channel: string; text: string; threadTs?: string };
export type ClickRequest = (Surface | LatestMessage) & {
  actionId: string;
  /** Tells buttons with the same action id apart. */
  blockId?: string;
  /** The `value` of the option chosen, for a select or an overflow menu; several for checkboxes and their like. */
  option?: string | string[];
  /** A confirm dialog is answered with yes unless this says no. */
  confirm?: 'yes' | 'no';
};
export type TypeAheadRequest = Surface & { actionId: string; blockId?: string; value: string };
export type TypeAheadAnswer =
  | { acknowledged: true; options: JsonObject[] }
  | { acknowledged: false; notice: string };
/**
 * `value`: text for a text input, an option's value for a select or radio buttons (for an external select one of
 * the options last offered to this member), option values for checkboxes, null to empty it.
 */
export type FillRequest = { blockId?: string; actionId: string; value: string | string[] | null };
/** Fills in first what `values` names, by action id, then submits the top modal. */
export type SubmitRequest = { values?: { [actionId: string]: string | string[] | null } };
/** Closes the top modal, or with `all` the whole stack. */
export type CloseRequest = { all?: boolean };

/** One Web API call the app made. Tokens are left out. */
export type SlackCall = {
  method: string;
  args: JsonObject;
  /** `ok`, or the error Slack answered with; `lost` when a fault cut the call, or held it, before anything was done. */
  result: string;
};
/** One delivery to the app: what Slack sent and what the app acknowledged it with (null: nothing within 3 s). */
export type SlackDelivery = { id: string; payload: JsonObject; acknowledged: Json };

/**
 * GET    /slack/calls       -> SlackCall[]
 * DELETE /slack/calls       -> forgets them
 * GET    /slack/deliveries  -> SlackDelivery[]
 * POST   /slack/redeliver   { id } -> Outcome: the same envelope once more, as around a reconnect
 * POST   /slack/faults      SlackFaults (what is left out stays as it is) -> SlackFaults
 * POST   /slack/disconnect  { how: Disconnection }: happens to every Socket Mode connection
 * POST   /slack/raw         RawMessage -> Acknowledged: sent over a Socket Mode connection as it stands
 * GET    /slack/connections -> { open: number }
 * GET    /slack/held?atLeast=N -> { held: number }: how many calls are held, at once when so many are, else when they are, or unchanged after 10 s
 * POST   /slack/request-url { url: string | null }: HTTP deliveries go there, signed; null: Socket Mode
 * POST   /slack/share       { channel }: it is shared with another company from now on
 * POST   /slack/invite      { channel, member? }: the member, or else the bot, joins the channel
 * POST   /slack/channel     ChannelChange (what is left out stays as it is)
 * POST   /slack/member      { member, standing: Standing } -> Outcome
 * POST   /slack/group       GroupChange (what is left out stays as it is) -> Outcome
 * POST   /clock             { advance: milliseconds }: the clocks of Slack, Fastly and the bot run ahead by that much more
 *                           { to: 'HH:MM' }: until it is next that time in UTC
 */
/**
 * `forgotten`: deactivated, and an administrator has deleted the profile. `elsewhere`: in the organisation's other workspace
 * alone. A change to what the member is already stands for a new status.
 */
export type Standing = 'full' | 'guest' | 'deactivated' | 'forgotten' | 'elsewhere';

/** `plan`: whether the workspace has user groups at all. */
export type GroupChange = { group: string; members?: string[]; disabled?: boolean; plan?: boolean };

/** `readOnly`: the bot may not post there. `newId`: the id is this one from now on, and Slack still knows the old one. */
export type ChannelChange = { channel: string; archived?: boolean; readOnly?: boolean; newId?: string };

/** One method, several, or with null any; answers through a response URL are the method `response_url`. */
export type FaultyMethods = string | string[] | null;

export type SlackFaults = {
  /** Slack is away: connections are cut and refused. */
  down: boolean;
  /** Answer the next `times` calls with 429 and `Retry-After`, in seconds. */
  rateLimit: { method: FaultyMethods; retryAfter: number; times: number } | null;
  /**
   * Answer the next `times` calls, to `channel` or about `user` where one is given, with this error, for example `is_archived`. Where
   * `method` is null, response URLs are left alone.
   */
  refuse: { method: FaultyMethods; channel?: string; user?: string; error: string; times: number } | null;
  /** Take the next `times` calls for done, but cut the connection before (or instead of) the answer. */
  lose: { method: FaultyMethods; when: 'before' | 'after'; times: number } | null;
  /** Answer the next `times` calls with this status, 500 or more, and a page. */
  fail: { method: FaultyMethods; status: number; times: number } | null;
  /**
   * Hold the next `times` calls of `method`, before or after they are done, and never answer: each stays open until
   * the app goes away. Null cuts those that are held. A call that `lose` strikes is not held.
   */
  hold: { method: string; when: 'before' | 'after'; times: number } | null;
  /** Hold every Web API answer back by so many milliseconds. */
  delay: number;
  /** This Slack does not know these types of block, such as `data_table`: a message or view with one is refused. */
  unknownBlocks: string[];
  /** The next so many Socket Mode connections are closed right after their hello. */
  hangUps: number;
  /** Every hello names so many connections more than there are here. */
  connectionsElsewhere: number;
  /** Socket Mode is switched off in the app's settings: connections end with `link_disabled`, new ones before a hello. */
  socketModeOff: boolean;
  /** With this word; `invalid_blocks` where none is given. */
  unknownBlocksError: string;
  /** Answer the next `times` calls with a web page and status 200, as a proxy does. */
  page: { method: FaultyMethods; times: number } | null;
};

/**
 * `warning` and `refresh`: Slack asks for the next connection, and closes this one later (a `refresh`: after a second).
 * `drop`: it is cut. `silence`: it stays open, and nothing comes or goes over it any more.
 */
export type Disconnection = 'warning' | 'refresh' | 'drop' | 'silence';

/** Text to send to the app as it stands. `id` is that of the envelope in it, null where there is none. */
export type RawMessage = { message: string; id: string | null };
/** What the app acknowledged it with; null: it did not, within its time. */
export type Acknowledged = { acknowledged: JsonObject | null };

/**
 * One request the Fastly account received, recorded when it is answered or its connection ends; one held after the
 * work, as soon as that is done. The token and passwords are left out, form fields are kept.
 */
export type FastlyCall = {
  method: string;
  path: string;
  /** Null: no answer was given. */
  status: number | null;
  /** Form or JSON fields, passwords as `[redacted]`. */
  fields: JsonObject;
  /** `token`, `basic` or `none`. */
  auth: string;
  milliseconds: number;
  /** Whether the work was done, whatever was answered. */
  done: boolean;
};

/**
 * GET    /fastly/calls   -> FastlyCall[]
 * DELETE /fastly/calls   -> forgets them
 * GET    /fastly/held?atLeast=N -> { held: number }, as /slack/held
 * GET    /fastly/users   -> the account's users as the service sends them
 * PUT    /fastly/users   { users: JsonObject[] } -> adds or replaces by id (missing fields get believable values)
 * DELETE /fastly/users/:id -> as if removed in Fastly's own pages
 * PATCH  /fastly/account JsonObject -> changes `owner_id`, `force_sso`, `force_2fa`, `can_reset_passwords`
 * PATCH  /fastly/token   JsonObject -> changes `user_id`, `scope`, `services`, `expires_at` of the token handed out
 * GET    /fastly/tokens  -> the account's API tokens as the service tells of them, the one handed out first
 * PUT    /fastly/tokens  { tokens: JsonObject[] } -> adds or replaces by id (missing fields get believable values)
 * DELETE /fastly/tokens/:id -> as if revoked in Fastly's own pages
 * GET    /fastly/invitations -> open invitations
 * GET    /fastly/faults  -> FastlyFaults
 * POST   /fastly/faults  FastlyFaults (what is left out stays) -> FastlyFaults
 */
export type FastlyFaults = {
  /** Fastly is away: connections are cut and refused. */
  down: boolean;
  /**
   * Answer the next `times` matching requests with this status, before the work is done (the default) or after; `body`
   * as it stands.
   */
  fail: {
    /** `GET /user/` matches by method and the start of the path; null: every request. */
    match: string | null;
    status: number;
    body?: string;
    contentType?: string;
    headers?: { [name: string]: string };
    when?: 'before' | 'after';
    times: number;
  } | null;
  /** Do the work of the next `times` matching requests, and answer with 200 and a body that never ends. */
  endless: { match: string | null; times: number } | null;
  /** Cut the connection of the next `times` matching requests, before or after the work is done. */
  drop: { match: string | null; when: 'before' | 'after'; times: number } | null;
  /**
   * Hold the next `times` matching requests, before or after the work is done, and never answer: each stays open until
   * its client goes away. Null cuts those that are held. A request that `drop` strikes is not held.
   */
  hold: { match: string | null; when: 'before' | 'after'; times: number } | null;
  /** Hold answers to matching requests back by so many milliseconds, after the work is done. */
  delay: { match: string | null; milliseconds: number } | null;
  /** The hour's writes are used up: every write is answered with 429 until the reset (Unix seconds; null: the top of the hour). */
  rateLimitUsedUp: { reset: number | null } | null;
  /** The account may not create users directly: how `POST /user` refuses. */
  directCreation: 'allowed' | 403 | 404 | 405 | 410;
  /** The token is refused with 401. */
  tokenRefused: boolean;
  /**
   * Answers about a user or an invitation are about somebody else, after the work is done for whom it was asked. True:
   * wherever an id, a login or an address is named; else where the request matches.
   */
  otherUser: boolean | { match: string };
  /** The token belongs to no user, as an automation token or one of a deleted user: `GET /current_user` is answered 404. */
  noCurrentUser: boolean;
  /** What a user's deletion does to the user's tokens. `refuse`: it is refused while the user has one that has not expired. */
  tokensAtDeletion: 'end' | 'refuse' | 'stay';
  /** The list of tokens is refused with 403. */
  tokensUnreadable: boolean;
};

/**
 * The bot's own process, where the sandbox runs it.
 *
 * GET  /bot  -> BotState
 * POST /bot  { want: 'kill' | 'start' } -> BotState, once it is gone or started; killed is at once, whatever it does
 */
export type BotState = {
  /** `foreign`: somebody else runs it, or nobody. */
  process: 'running' | 'ended' | 'foreign';
  /** It takes what Slack sends, over Socket Mode. */
  connected: boolean;
};

/** How many milliseconds the clock of the sandbox, and of the bot that it runs, is ahead of this machine's. */
export type ClockState = { ahead: number };

/** What a page is told, each under its name as the event: all to begin with, then what has changed. */
export type Live = {
  sees: Sees;
  fastly: {
    users: JsonObject[];
    tokens: JsonObject[];
    /** The latest calls, oldest first, and how many there were before. */
    calls: Pick<FastlyCall, 'method' | 'path' | 'status' | 'milliseconds'>[];
    earlierCalls: number;
    faults: FastlyFaults;
  };
  bot: BotState;
  clock: ClockState;
  people: {
    members: { id: string; realName: string; standing: Standing }[];
    groups: { id: string; handle: string; members: string[]; disabled: boolean }[];
    /** The workspace's plan has user groups. */
    hasUserGroups: boolean;
  };
};
