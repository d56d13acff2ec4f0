import { CDN_TEAM } from '../../sandbox/cast.ts';
import type { SlackFaults } from '../../sandbox/control/protocol.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

const OFTEN = 1_000;
const VIEWS = ['views.open', 'views.push', 'views.update', 'views.publish'];
const SHOWING = ['chat.postMessage', 'chat.update', 'response_url', ...VIEWS];
/** All that the bot calls once it runs, but for what keeps it connected. */
const ALL = [...SHOWING, 'conversations.info', 'conversations.open', 'users.info', 'chat.getPermalink'];
const BLOCKS = [
  'section',
  'rich_text',
  'actions',
  'context',
  'header',
  'divider',
  'data_table',
  'data_visualization',
  'table',
  'input',
  'image',
  'markdown',
  'alert',
  'card',
];

const TOKEN_METHODS = ALL.filter((method) => method !== 'response_url');

const refused = (error: string, method: string[] = ALL): Partial<SlackFaults> => ({
  refuse: { method, error, times: OFTEN },
});

export type SlackFault = {
  faults?: Partial<SlackFaults>;
  /** Done right after the act was begun. @param acted resolves once Slack has delivered it */
  meanwhile?(sandbox: Sandbox, acted: Promise<unknown>): Promise<unknown>;
};

/** Words of refusal: one of each class of `refused-words.ts`, where the bot has another way and where it has none. */
export const SLACK_FAULTS: Readonly<Record<string, SlackFault>> = {
  healthy: {},
  429: { faults: { rateLimit: { method: ALL, retryAfter: 1, times: OFTEN } } },
  503: { faults: { fail: { method: ALL, status: 503, times: OFTEN } } },
  'lost before': { faults: { lose: { method: SHOWING, when: 'before', times: OFTEN } } },
  'lost after': { faults: { lose: { method: SHOWING, when: 'after', times: OFTEN } } },
  'final, but for posting': {
    faults: refused('invalid_arg_name', ['response_url', 'chat.update', ...VIEWS]),
  },
  'posting refused for good': {
    faults: {
      refuse: {
        method: 'chat.postMessage',
        channel: CDN_TEAM.id,
        error: 'restricted_action_thread_locked',
        times: OFTEN,
      },
    },
  },
  'message deleted': { faults: refused('message_not_found', ['chat.update']) },
  'response URL used up': { faults: refused('used_url', ['response_url']) },
  'view closed': { faults: refused('not_found', ['views.update', 'views.push']) },
  'form, three times': { faults: { refuse: { method: SHOWING, error: 'invalid_blocks', times: 3 } } },
  'every block refused': { faults: { unknownBlocks: BLOCKS } },
  'a member mends it': {
    faults: {
      refuse: { method: ['chat.postMessage'], channel: CDN_TEAM.id, error: 'is_archived', times: OFTEN },
    },
  },
  // A response URL takes no token.
  'the operator mends it': { faults: refused('invalid_auth', TOKEN_METHODS) },
  passes: { faults: refused('service_unavailable') },
  'unknown word': { faults: refused('never_heard_of_it') },
  'page with 200': { faults: { page: { method: ALL, times: OFTEN } } },
  'away and back': { meanwhile: awayAndBack },
  'connection asked to move': { meanwhile: ({ client }) => client.disconnect('warning') },
  'envelope twice': { meanwhile: deliverAgain },
};

/** Over Socket Mode the connection breaks; over HTTP Slack is not reached for as long as the faults last. */
async function awayAndBack({ client }: Sandbox): Promise<void> {
  if ((await client.connections()) === 0) await client.slackFaults({ down: true });
  else await client.disconnect('drop');
}

async function deliverAgain({ client }: Sandbox, acted: Promise<unknown>): Promise<void> {
  await acted;
  const last = (await client.deliveries()).at(-1);
  if (last) await client.redeliver(last.id);
}

export async function healSlack({ client }: Sandbox): Promise<void> {
  await client.slackFaults({
    down: false,
    rateLimit: null,
    refuse: null,
    lose: null,
    fail: null,
    page: null,
    unknownBlocks: [],
  });
}
