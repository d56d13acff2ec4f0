import { expect, it, onTestFinished } from 'vitest';
import { LIVE, LOOKING, told, untilLeaversSay } from '../../e2e/support/leavers.ts';
import { connected, environmentFor, type LogLines, runBot } from '../../e2e/support/workplace.ts';
import { PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';

const LOOKED = 'people who left were looked for';
const looks = (log: LogLines) => log.lines.filter(({ msg }) => msg === LOOKED).length;

it.each(['daily', 'live'])(
  'one of two replicas tells who left, each time, with LEAVERS=%s',
  async (LEAVERS) => {
    const colleague = { ...TOMAS, id: 'U0LEE0001', name: 'lee', email: 'lee@example.com' };
    const sandbox = await startSandbox({ leavers: true, colleagues: [colleague] });
    onTestFinished(() => sandbox.close());
    const { client } = sandbox;
    await client.putFastlyUsers([{ ...PRIYA_USER, id: 'lee1', name: 'Lee Example', login: colleague.email }]);
    const environment = {
      ...environmentFor(sandbox, 'socket'),
      ...LIVE,
      DATABASE_URL: await newDatabase(),
      LEAVERS,
    };
    const bots = [0, 1].map(() => runBot(environment, { leavers: LOOKING }));
    for (const { log } of bots) await connected(sandbox, log, 'socket');
    const lookedAgain = async () => {
      const before = bots.map(({ log }) => looks(log));
      const total = before.reduce((sum, each) => sum + each, 0);
      await expect.poll(() => bots.reduce((sum, { log }) => sum + looks(log), 0)).toBeGreaterThan(total + 2);
    };
    await lookedAgain();
    // So that the other replica looks while a message is on its way.
    await client.slackFaults({ delay: 50 });
    await client.changeMember(PRIYA.id, 'deactivated');
    await untilLeaversSay(sandbox, `${PRIYA_USER.name} ( ${PRIYA_USER.login} ) was deactivated`);
    await client.changeMember(colleague.id, 'deactivated');
    await untilLeaversSay(sandbox, 'Lee Example ( lee@example.com ) was deactivated');
    await client.changeMember(PRIYA.id, 'full');
    await untilLeaversSay(sandbox, 'is active in Slack again.');
    await client.slackFaults({ delay: 0 });
    await lookedAgain();
    expect(await told(sandbox)).toHaveLength(2);
  },
);
