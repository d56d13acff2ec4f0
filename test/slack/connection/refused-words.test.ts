import { WebAPIHTTPError, WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import {
  isTokenRefused,
  type Method,
  REFUSED_WORDS,
  type SlackRefusal,
  whatToDo,
} from '../../../src/slack/connection/refused-words.ts';
import { ResponseUrlRefused } from '../../../src/slack/connection/response-url.ts';

/** The errors that docs.slack.dev lists for the methods that the bot calls, by what may mend them. */
const DOCUMENTED: Record<SlackRefusal['kind'], readonly [methods: string, words: string][]> = {
  final: [
    [
      'chat.postMessage chat.update',
      'as_user_not_supported invalid_metadata_format invalid_metadata_schema markdown_text_conflict metadata_must_be_sent_from_app metadata_too_large no_text team_not_found too_many_attachments',
    ],
    [
      'chat.postMessage',
      'cannot_reply_to_message draft_already_deleted draft_already_sent draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found missing_file_data restricted_action_non_threadable_channel restricted_action_thread_locked too_many_contact_cards',
    ],
    [
      'chat.update',
      'blocked_file_type cant_broadcast_message cant_update_message edit_window_closed file_deleted file_is_deleted file_not_found file_share_limit_reached max_file_sharing_exceeded msg_too_long no_dual_broadcast_content_update',
    ],
    [
      'all',
      'deprecated_endpoint invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type is_bot method_deprecated missing_post_type',
    ],
    ['views.open views.push views.update views.publish', 'duplicate_external_id'],
    ['views.open views.push', 'exchanged_trigger_id expired_trigger_id invalid_trigger_id'],
    ['apps.connections.open', 'insecure_request missing_args'],
    [
      'conversations.open',
      'invalid_user_combination method_not_supported_for_channel_type not_enough_users user_disabled users_list_not_supplied',
    ],
    ['chat.update chat.getPermalink', 'message_not_found'],
    ['views.publish', 'missing_profile_id not_implemented'],
    ['views.push views.update', 'not_found'],
    ['views.push', 'push_limit_reached'],
    ['users.lookupByEmail', 'users_not_found'],
    ['conversations.open users.info', 'too_many_users user_not_found user_not_visible'],
    [
      'auth.test users.info users.lookupByEmail conversations.info conversations.open chat.getPermalink apps.connections.open',
      'invalid_arguments',
    ],
  ],
  form: [
    [
      'chat.postMessage chat.update response_url',
      'invalid_blocks invalid_blocks_format invalid_attachments msg_blocks_too_long attachment_payload_limit_exceeded',
    ],
    ['chat.update', 'block_mismatch'],
    ['views.open views.push views.update views.publish', 'invalid_blocks view_too_large'],
    [
      'chat.postMessage chat.update response_url views.open views.push views.update views.publish',
      'invalid_arguments',
    ],
  ],
  person: [
    [
      'all',
      'access_denied account_inactive ekm_access_denied enterprise_is_restricted invalid_auth missing_scope no_permission not_allowed_token_type not_authed token_expired token_revoked two_factor_setup_required',
    ],
    [
      'chat.postMessage',
      'app_access_restricted is_archived messages_tab_disabled not_in_channel restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel send_on_behalf_not_allowed slack_connect_lists_sharing_blocked',
    ],
    ['conversations.info', 'channel_is_limited_access'],
    [
      'chat.postMessage chat.update chat.getPermalink conversations.open conversations.info',
      'channel_not_found',
    ],
    ['apps.connections.open', 'forbidden_team'],
    [
      'chat.update',
      'is_inactive posting_to_channel_denied slack_connect_blocked_file_type slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked',
    ],
    ['views.publish', 'not_enabled'],
    [
      'chat.postMessage chat.update',
      'slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked',
    ],
  ],
  passes: [
    [
      'all',
      'accesslimited fatal_error org_login_required ratelimited request_timeout service_unavailable team_added_to_org unknown_method',
    ],
    [
      'chat.update',
      'external_channel_migrating streaming_state_conflict unable_to_share_files update_failed',
    ],
    ['views.update views.publish', 'hash_conflict'],
    ['auth.test apps.connections.open', 'internal_error'],
    ['chat.postMessage chat.update', 'message_limit_exceeded'],
    ['chat.postMessage', 'rate_limited'],
  ],
};

const METHODS = [
  'auth.test',
  'apps.connections.open',
  'chat.postMessage',
  'chat.update',
  'chat.getPermalink',
  'conversations.open',
  'conversations.info',
  'users.info',
  'users.lookupByEmail',
  'views.open',
  'views.push',
  'views.update',
  'views.publish',
  'response_url',
] as const satisfies readonly Method[];

const refused = (error: string) => new WebAPIPlatformError({ ok: false, error });

describe("Slack's words of refusal", () => {
  it('are told apart as the documentation of each method has them', () => {
    const wrong = Object.entries(DOCUMENTED).flatMap(([kind, lines]) =>
      lines.flatMap(([methods, words]) =>
        words
          .split(' ')
          .flatMap((word) =>
            (methods === 'all' ? METHODS : methods.split(' '))
              .map((method) => ({ method, word, kind: whatToDo(method as Method, refused(word)).kind }))
              .filter((found) => found.kind !== kind),
          ),
      ),
    );
    expect(wrong).toEqual([]);
    const named = Object.values(DOCUMENTED).flatMap((lines) => lines.flatMap(([names]) => names.split(' ')));
    expect([...METHODS, 'all']).toEqual(expect.arrayContaining(named));
  });

  it('stand in the table because they are documented, but for three', () => {
    const documented = Object.values(DOCUMENTED).flatMap((lines) =>
      lines.flatMap(([, words]) => words.split(' ')),
    );
    const others = REFUSED_WORDS.map(([word]) => word).filter((word) => !documented.includes(word));
    expect(others).toEqual(['thread_not_found', 'used_url', 'expired_url']);
  });

  it('stand in the table once for each method', () => {
    const lines = REFUSED_WORDS.flatMap(([word, methods]) =>
      (methods === 'all' ? ['all'] : methods).map((method) => `${method} ${word}`),
    );
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
    const ofAll = REFUSED_WORDS.filter(([, methods]) => methods === 'all').map(([word]) => word);
    const both = REFUSED_WORDS.filter(([word, methods]) => methods !== 'all' && ofAll.includes(word));
    expect(both.map(([word]) => word).toSorted()).toEqual(['invalid_arguments', 'missing_scope']);
  });

  it('pass where the table does not have them, and so does a page in place of an answer', () => {
    const page = '<!DOCTYPE html><html><body>invalid_auth</body></html>';
    expect(whatToDo('chat.postMessage', refused('no_such_word'))).toEqual({
      kind: 'passes',
      word: 'no_such_word',
    });
    expect(whatToDo('chat.postMessage', refused('not_enabled')).kind).toBe('passes');
    expect(whatToDo('chat.postMessage', refused(page))).toEqual({ kind: 'passes', word: null });
  });

  it('are not what an outage has', () => {
    const outage = new WebAPIHTTPError(503, 'Service Unavailable', {}, page());
    expect(whatToDo('chat.update', outage)).toEqual({ kind: 'passes', word: null });
    expect(whatToDo('chat.update', new Error('invalid_auth')).kind).toBe('passes');
  });

  it('are read from a response URL as well', () => {
    expect(whatToDo('response_url', new ResponseUrlRefused('status 400', 'invalid_blocks')).kind).toBe(
      'form',
    );
    expect(whatToDo('response_url', new ResponseUrlRefused('status 404', 'used_url'))).toMatchObject({
      kind: 'final',
      instead: 'direct-message',
    });
    expect(whatToDo('response_url', new ResponseUrlRefused('status 500')).kind).toBe('passes');
  });

  it('say what to do in place of a message that is gone and of a form that does not open', () => {
    expect(whatToDo('chat.update', refused('message_not_found'))).toMatchObject({ instead: 'post-anew' });
    expect(whatToDo('views.open', refused('expired_trigger_id'))).toMatchObject({
      instead: 'direct-message',
    });
    expect(whatToDo('views.update', refused('not_found'))).toMatchObject({ instead: 'direct-message' });
  });

  it('name both remedies where the token or the address may be meant', () => {
    for (const word of ['invalid_auth', 'accesslimited']) {
      const { remedy } = { remedy: '', ...whatToDo('auth.test', refused(word)) };
      expect(remedy).toMatch(/token.*IP addresses/);
    }
  });

  it('refuse the token itself in six cases', () => {
    const words = REFUSED_WORDS.map(([word]) => word).filter((word) => isTokenRefused(refused(word)));
    expect(words.toSorted()).toEqual([
      'account_inactive',
      'invalid_auth',
      'not_allowed_token_type',
      'not_authed',
      'token_expired',
      'token_revoked',
    ]);
  });
});

function page(): string {
  return '<!DOCTYPE html><title>invalid_auth</title>';
}
