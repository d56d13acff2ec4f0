import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { z } from 'zod';
import { databaseInFile, startAnother } from '../../e2e/support/approving.ts';
import { ONCE } from '../../e2e/support/leavers.ts';
import { DELIVERY, startWorkplace } from '../../e2e/support/workplace.ts';
import type { FastlyCall, SlackCall } from '../../sandbox/control/protocol.ts';
import type { Interaction } from './acting.ts';

/** What an interaction asks of Fastly and of Slack, such as `GET user ×2, PUT user`, in the order of the alphabet. */
export type Calls = { fastly: string; slack: string };

/** The same, and what of it was asked for more than once before anything was changed. */
export type Counted = Calls & { twice: string };

/** As a bot does at its start. */
const LOOKING = { botAdminsLook: { after: 0, every: 2 ** 31 - 1 } };

/** Has an interaction take place with a bot that knows nothing yet but its bot admins, and counts its calls until the bot is done. */
export async function countCalls({ first = {}, before, startsAnew, act }: Interaction): Promise<Counted> {
  const database = await databaseInFile();
  const { variables = {}, options = {} } = first;
  const leavers = { leavers: ONCE };
  let workplace = await startWorkplace(DELIVERY, { ...database, ...variables }, options, {
    ...LOOKING,
    ...leavers,
  });
  if (before) {
    await before(workplace);
    workplace = await startAnother(
      workplace,
      startsAnew ? await databaseInFile() : database,
      DELIVERY,
      LOOKING,
    );
  }
  await workplace.log.until('the bot admins were read');
  const { slack, fastly } = workplace;
  slack.forgetCalls();
  fastly.forgetCalls();
  const answers = countAnswers(slack.apiUrl);
  try {
    await act(workplace);
    await workplace.stop();
  } finally {
    answers.stop();
  }
  const slackCalls = slack.calls();
  const fastlyCalls = fastly.calls();
  const responses = Array.from({ length: answers.count() }, () => 'response_url');
  return {
    fastly: tally(fastlyCalls.map(nameOf)),
    slack: tally([...slackCalls.map(({ method }) => method), ...responses]),
    twice: tally([...repeatedIn(fastlyCalls), ...repeatedReads(slackCalls)]),
  };
}

/** Requests to response URLs, which are none of Slack's methods. */
function countAnswers(apiUrl: string): { count(): number; stop(): void } {
  const Created = z.object({ request: z.object({ origin: z.coerce.string(), path: z.string() }) });
  const CHANNEL = 'undici:request:create';
  const { origin } = new URL(apiUrl);
  let count = 0;
  const onRequest = (message: unknown) => {
    const { request } = Created.parse(message);
    if (request.origin === origin && /^\/(commands|actions)\//.test(request.path)) count += 1;
  };
  subscribe(CHANNEL, onRequest);
  return { count: () => count, stop: () => unsubscribe(CHANNEL, onRequest) };
}

/** A call without the ids in it: `GET user`, `POST user/password/request_reset`, `GET customer/users`. */
function nameOf({ method, path }: FastlyCall): string {
  const [, room = '', ...rest] = path.split(/[?#]/)[0]?.split('/') ?? [];
  const below = room === 'current_user' ? rest : rest.slice(1);
  return `${method} ${[room, ...below].join('/')}`;
}

function repeatedIn(calls: readonly FastlyCall[]): string[] {
  const change = calls.findIndex(({ method }) => method !== 'GET');
  const before = change === -1 ? calls : calls.slice(0, change);
  return before
    .filter(({ path }, place) => before.findIndex((each) => each.path === path) < place)
    .map(nameOf);
}

/** Slack's methods that only tell something. */
const READS = /\.(info|list|members|getPermalink|test)$/;

function repeatedReads(calls: readonly SlackCall[]): string[] {
  const asked = calls
    .filter(({ method }) => READS.test(method))
    .map(({ method, args }) => ({ method, all: `${method} ${JSON.stringify(args)}` }));
  return asked
    .filter(({ all }, place) => asked.findIndex((each) => each.all === all) < place)
    .map(({ method }) => method);
}

function tally(names: readonly string[]): string {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) => ({ name, times: all.length }));
  return counts
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, times }) => (times === 1 ? name : `${name} ×${times}`))
    .join(', ');
}
