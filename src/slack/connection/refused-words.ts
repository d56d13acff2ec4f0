import { WebAPIPlatformError } from '@slack/web-api';
import { ResponseUrlRefused } from './response-url.ts';
import { NEW_TOKEN } from './socket-problems.ts';

/** The calls that show something to somebody: messages, views, Home tabs. */
const MESSAGES = ['chat.postMessage', 'chat.update'] as const;
const VIEWS = ['views.open', 'views.push', 'views.update', 'views.publish'] as const;
const SHOWING = [...MESSAGES, 'response_url', ...VIEWS] as const;
const READING = [
  'users.info',
  'users.lookupByEmail',
  'conversations.info',
  'conversations.open',
  'chat.getPermalink',
] as const;
const CONNECTING = ['auth.test', 'apps.connections.open'] as const;

/** The methods of the Web API that the bot calls, and the response URL of a command or click. */
export type Method = (typeof SHOWING | typeof READING | typeof CONNECTING)[number];

/** What may mend a refused call. `remedy` is for the operator: it may name variables. */
type Treatment =
  /** The same call never works. `instead` says what to do in its place; `nothing` but a line in the log. */
  | { kind: 'final'; instead: 'nothing' | 'post-anew' | 'direct-message' }
  /** The next simpler form is tried at once. Refused in the plainest too, it is final. */
  | { kind: 'form' }
  /** Somebody has to mend it first, so it is tried slowly. `who`: a member in the channel, an administrator of the workspace, or the operator. */
  | { kind: 'person'; who: 'member' | 'administrator' | 'operator'; remedy: string }
  /** It is tried again with growing pauses. */
  | { kind: 'passes' }
  | { kind: 'passes'; remedy: string };

/** How Slack refused a call, and what to do. `word` is null where it gave none, such as when no answer came. */
export type SlackRefusal = Treatment & { word: string | null };

const FINAL: Treatment = { kind: 'final', instead: 'nothing' };
const POST_ANEW: Treatment = { kind: 'final', instead: 'post-anew' };
const DIRECT_MESSAGE: Treatment = { kind: 'final', instead: 'direct-message' };
const FORM: Treatment = { kind: 'form' };
const PASSES: Treatment = { kind: 'passes' };
const operator = (remedy: string): Treatment => ({ kind: 'person', who: 'operator', remedy });
const member = (remedy: string): Treatment => ({ kind: 'person', who: 'member', remedy });

/** Slack gives a refused address the word of a refused token, so both are named. */
export const TOKEN_OR_ADDRESS =
  "Check the token. If the company lets only some IP addresses use Slack's API, add the bot's.";
const TOKEN = operator(TOKEN_OR_ADDRESS);
// An app-level token has scopes of its own, which no manifest gives it (docs.slack.dev, apps.connections.open).
const APP_TOKEN = operator(NEW_TOKEN);
const APP = operator('Update the Slack app from manifest.yml and reinstall it.');
const WORKSPACE: Treatment = {
  kind: 'person',
  who: 'administrator',
  remedy: "Ask the workspace's administrators to allow the bot this.",
};
const INVITE = member('Add the bot to the channel with /invite.');
const ARCHIVED = member('Unarchive the channel, or set another one.');
const POSTING_RULES = member("Let the bot post in the channel's settings, or set another channel.");

type Line = readonly [word: string, methods: readonly Method[] | 'all', what: Treatment];

/**
 * What may mend each refusal, by Slack's word and the methods that use it (docs.slack.dev, the errors of each method).
 * A word with a line for the method itself has that one, else the line for all methods; a word without any passes.
 */
export const REFUSED_WORDS: readonly Line[] = [
  ['as_user_not_supported', MESSAGES, FINAL],
  ['invalid_metadata_format', MESSAGES, FINAL],
  ['invalid_metadata_schema', MESSAGES, FINAL],
  ['markdown_text_conflict', MESSAGES, FINAL],
  ['metadata_must_be_sent_from_app', MESSAGES, FINAL],
  ['metadata_too_large', MESSAGES, FINAL],
  ['no_text', MESSAGES, FINAL],
  ['team_not_found', MESSAGES, FINAL],
  ['too_many_attachments', MESSAGES, FINAL],
  ['cannot_reply_to_message', ['chat.postMessage'], FINAL],
  ['draft_already_deleted', ['chat.postMessage'], FINAL],
  ['draft_already_sent', ['chat.postMessage'], FINAL],
  ['draft_has_conflict', ['chat.postMessage'], FINAL],
  ['draft_not_found', ['chat.postMessage'], FINAL],
  ['duplicate_channel_not_found', ['chat.postMessage'], FINAL],
  ['duplicate_message_not_found', ['chat.postMessage'], FINAL],
  ['missing_file_data', ['chat.postMessage'], FINAL],
  ['restricted_action_non_threadable_channel', ['chat.postMessage'], FINAL],
  ['restricted_action_thread_locked', ['chat.postMessage'], FINAL],
  ['too_many_contact_cards', ['chat.postMessage'], FINAL],
  ['blocked_file_type', ['chat.update'], FINAL],
  ['cant_broadcast_message', ['chat.update'], FINAL],
  ['cant_update_message', ['chat.update'], FINAL],
  ['edit_window_closed', ['chat.update'], FINAL],
  ['file_deleted', ['chat.update'], FINAL],
  ['file_is_deleted', ['chat.update'], FINAL],
  ['file_not_found', ['chat.update'], FINAL],
  ['file_share_limit_reached', ['chat.update'], FINAL],
  ['max_file_sharing_exceeded', ['chat.update'], FINAL],
  ['msg_too_long', ['chat.update'], FINAL],
  ['no_dual_broadcast_content_update', ['chat.update'], FINAL],
  ['message_not_found', ['chat.update'], POST_ANEW],
  ['message_not_found', ['chat.getPermalink'], FINAL],
  // Not documented for these methods.
  ['thread_not_found', ['chat.postMessage'], FINAL],
  ['user_disabled', ['chat.postMessage', 'views.publish'], FINAL],
  ['user_not_found', ['chat.postMessage', 'views.publish'], FINAL],
  ['used_url', ['response_url'], DIRECT_MESSAGE],
  ['expired_url', ['response_url'], DIRECT_MESSAGE],
  ['duplicate_external_id', VIEWS, FINAL],
  ['exchanged_trigger_id', ['views.open', 'views.push'], DIRECT_MESSAGE],
  ['expired_trigger_id', ['views.open', 'views.push'], DIRECT_MESSAGE],
  ['invalid_trigger_id', ['views.open', 'views.push'], DIRECT_MESSAGE],
  ['not_found', ['views.push', 'views.update'], DIRECT_MESSAGE],
  ['push_limit_reached', ['views.push'], FINAL],
  ['missing_profile_id', ['views.publish'], FINAL],
  ['not_implemented', ['views.publish'], FINAL],
  ['insecure_request', ['apps.connections.open'], FINAL],
  ['missing_args', ['apps.connections.open'], FINAL],
  ['invalid_user_combination', ['conversations.open'], FINAL],
  ['method_not_supported_for_channel_type', ['conversations.open'], FINAL],
  ['not_enough_users', ['conversations.open'], FINAL],
  ['user_disabled', ['conversations.open'], FINAL],
  ['users_list_not_supplied', ['conversations.open'], FINAL],
  ['too_many_users', ['conversations.open', 'users.info'], FINAL],
  ['user_not_found', ['conversations.open', 'users.info'], FINAL],
  ['user_not_visible', ['conversations.open', 'users.info'], FINAL],
  ['users_not_found', ['users.lookupByEmail'], FINAL],
  ['deprecated_endpoint', 'all', FINAL],
  ['invalid_arg_name', 'all', FINAL],
  ['invalid_arguments', 'all', FINAL],
  ['invalid_array_arg', 'all', FINAL],
  ['invalid_charset', 'all', FINAL],
  ['invalid_form_data', 'all', FINAL],
  ['invalid_post_type', 'all', FINAL],
  ['is_bot', 'all', FINAL],
  ['method_deprecated', 'all', FINAL],
  ['missing_post_type', 'all', FINAL],

  ['invalid_arguments', SHOWING, FORM],
  ['invalid_blocks', SHOWING, FORM],
  ['invalid_blocks_format', [...MESSAGES, 'response_url'], FORM],
  // A second table is refused so (`only_one_table_allowed`).
  ['invalid_attachments', [...MESSAGES, 'response_url'], FORM],
  ['msg_blocks_too_long', [...MESSAGES, 'response_url'], FORM],
  ['attachment_payload_limit_exceeded', [...MESSAGES, 'response_url'], FORM],
  ['block_mismatch', ['chat.update'], FORM],
  ['view_too_large', VIEWS, FORM],

  ['account_inactive', 'all', TOKEN],
  ['invalid_auth', 'all', TOKEN],
  ['not_allowed_token_type', 'all', TOKEN],
  ['not_authed', 'all', TOKEN],
  ['token_expired', 'all', TOKEN],
  ['token_revoked', 'all', TOKEN],
  ['missing_scope', 'all', APP],
  ['missing_scope', ['apps.connections.open'], APP_TOKEN],
  ['access_denied', 'all', WORKSPACE],
  ['ekm_access_denied', 'all', WORKSPACE],
  ['enterprise_is_restricted', 'all', WORKSPACE],
  ['no_permission', 'all', WORKSPACE],
  ['two_factor_setup_required', 'all', WORKSPACE],
  ['app_access_restricted', ['chat.postMessage'], WORKSPACE],
  ['send_on_behalf_not_allowed', ['chat.postMessage'], WORKSPACE],
  ['slack_connect_lists_sharing_blocked', ['chat.postMessage'], WORKSPACE],
  ['slack_connect_canvas_sharing_blocked', MESSAGES, WORKSPACE],
  ['slack_connect_file_link_sharing_blocked', MESSAGES, WORKSPACE],
  ['slack_connect_blocked_file_type', ['chat.update'], WORKSPACE],
  ['slack_connect_clip_sharing_blocked', ['chat.update'], WORKSPACE],
  ['slack_connect_file_upload_sharing_blocked', ['chat.update'], WORKSPACE],
  ['forbidden_team', ['apps.connections.open'], WORKSPACE],
  ['messages_tab_disabled', ['chat.postMessage'], APP],
  ['not_enabled', ['views.publish'], APP],
  ['not_in_channel', ['chat.postMessage'], INVITE],
  [
    'channel_not_found',
    [...MESSAGES, 'chat.getPermalink', 'conversations.open', 'conversations.info'],
    INVITE,
  ],
  ['channel_is_limited_access', ['conversations.info'], INVITE],
  ['is_archived', ['chat.postMessage'], ARCHIVED],
  ['is_inactive', ['chat.update'], ARCHIVED],
  ['restricted_action', ['chat.postMessage'], POSTING_RULES],
  ['restricted_action_read_only_channel', ['chat.postMessage'], POSTING_RULES],
  ['restricted_action_thread_only_channel', ['chat.postMessage'], POSTING_RULES],
  ['posting_to_channel_denied', ['chat.update'], POSTING_RULES],

  ['accesslimited', 'all', { kind: 'passes', remedy: TOKEN_OR_ADDRESS }],
];

const TREATMENTS = new Map(
  REFUSED_WORDS.flatMap(([word, methods, what]) =>
    (methods === 'all' ? ['all'] : methods).map((method) => [`${method} ${word}`, what] as const),
  ),
);

/** What to do about an error of a call of `method`: of the Web API, of a response URL, or any other, which passes. */
export function whatToDo(method: Method, error: unknown): SlackRefusal {
  const word = wordOf(error);
  const what = TREATMENTS.get(`${method} ${word}`) ?? TREATMENTS.get(`all ${word}`) ?? PASSES;
  return { ...what, word };
}

/** Whether Slack refuses the token, or the address it is used from. */
export function isTokenRefused(error: unknown): boolean {
  return TREATMENTS.get(`all ${wordOf(error)}`) === TOKEN;
}

/** Slack's word for why it refused something; null for any other error, and for a page in place of an answer. */
export function wordOf(error: unknown): string | null {
  if (error instanceof ResponseUrlRefused) return error.code;
  // Where the answer is no JSON, the SDK has its whole text as the word.
  if (error instanceof WebAPIPlatformError)
    return /^\w{1,80}$/.test(error.data.error) ? error.data.error : null;
  return null;
}
