import { onTestFinished } from 'vitest';
import type { Times } from '../../../src/config/times.ts';
import { CDN_TEAM, type Channel, type Member, MIRA, NORA, PRIYA } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { elementsOf, messagesIn, wordsOf } from './seeing.ts';
import { connected, DELIVERY, environmentFor, type LogLines, runBot, type Workplace } from './workplace.ts';

const NEVER = 2 ** 31 - 1;

/** The bot looks for leavers again and again, gathers nobody, and lists all members at its first look alone. */
export const LOOKING: Times['leavers'] = {
  every: 10,
  again: 10,
  look: 10,
  list: NEVER,
  pace: { member: 0, address: 0, page: 0 },
  gather: 0,
  tell: 10,
  openMessages: 0,
  ended: NEVER,
  eventsLeftOut: NEVER,
};
/** It looks once, and then only where something could not be looked at. */
export const ONCE = { ...LOOKING, every: NEVER };

export const DAILY = { LEAVERS: 'daily', APPROVALS_CHANNEL: CDN_TEAM.id };
export const LIVE = { ...DAILY, LEAVERS: 'live' };
const LOOKED = 'people who left were looked for';
export const LEFT = 'left Slack and still';

/** A bot that looks for leavers from its start on, in a workspace and an account that `prepare` has changed. */
export async function startWatching({
  times = LOOKING,
  variables = {},
  options = {},
  prepare = async () => {},
  otherTimes = {},
}: {
  times?: Times['leavers'];
  variables?: Record<string, string>;
  options?: SandboxOptions;
  prepare?: (client: ControlClient) => Promise<unknown>;
  otherTimes?: Partial<Times>;
} = {}): Promise<Workplace> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  await prepare(sandbox.client);
  const environment = { ...environmentFor(sandbox, DELIVERY), ...DAILY, ...variables };
  const running = runBot(environment, { leavers: times, workerInterval: 50, ...otherTimes });
  await connected(sandbox, running.log, DELIVERY);
  return { ...sandbox, ...running };
}

/** Waits until a look has begun from now on, and ended. */
export async function lookedAgain(log: LogLines): Promise<void> {
  await log.untilTimes(LOOKED, log.lines.filter(({ msg }) => msg === LOOKED).length + 2);
}

/** The messages about leavers that somebody sees in a channel, oldest first. */
export function leaverMessages(
  sees: Sees,
  channel: Pick<Channel, 'id'> | 'direct' = CDN_TEAM,
): SeenMessage[] {
  return messagesIn(sees, channel).filter(({ text }) => text.includes('👋'));
}

/** Waits until a message about leavers says `words`, and returns all that it says then. */
export async function untilLeaversSay(
  { client }: Pick<Workplace, 'client'>,
  words: string,
  who: Member = NORA,
  channel: Pick<Channel, 'id'> | 'direct' = CDN_TEAM,
): Promise<string> {
  const all = (sees: Sees) =>
    leaverMessages(sees, channel)
      .map(({ blocks }) => wordsOf(blocks))
      .find((each) => each.includes(words));
  return await client.as(who).until(all, `a message about leavers that says '${words}'`);
}

/** The buttons of the latest message about leavers, such as `lock`. */
export async function leaverButtons(
  { client }: Pick<Workplace, 'client'>,
  who: Member = NORA,
  channel: Pick<Channel, 'id'> | 'direct' = CDN_TEAM,
): Promise<string[]> {
  const message = leaverMessages(await client.as(who).sees(), channel).at(-1);
  return elementsOf(message?.blocks).map(({ action_id }) => String(action_id).replace('leavers.', ''));
}

/** Clicks beside somebody who left, in the latest message that has such a button. */
export async function clickLeaver(
  { client }: Pick<Workplace, 'client'>,
  action: 'lock' | 'delete' | 'keep',
  who: Member = NORA,
): Promise<void> {
  await client.as(who).click({ channel: CDN_TEAM.id, actionId: `leavers.${action}` });
}

/** A bot that knows who Priya is in Fastly, after its first look. */
export async function startKnowingPriya(variables: Record<string, string> = {}): Promise<Workplace> {
  const workplace = await startWatching({ variables });
  await lookedAgain(workplace.log);
  return workplace;
}

export const priyaLeaves = ({ client }: Pick<Workplace, 'client'>) =>
  client.changeMember(PRIYA.id, 'deactivated');
/** The messages about leavers in the team's channel. */
export const told = async ({ client }: Pick<Workplace, 'client'>) =>
  leaverMessages(await client.as(NORA).sees());

/** A bot that looks once, knows who is who since then, and hears of changes. */
export async function startLive(organisation = false): Promise<Workplace> {
  const workplace = await startWatching({
    times: ONCE,
    variables: LIVE,
    options: { leavers: true, organisation },
    prepare: async (client) => {
      if (organisation)
        await client.putFastlyUsers([{ ...PRIYA_USER, id: 'mira1', name: MIRA.realName, login: MIRA.email }]);
    },
  });
  await workplace.log.until('people who left were looked for');
  return workplace;
}
