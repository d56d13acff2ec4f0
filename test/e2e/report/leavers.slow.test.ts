import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { untilTold } from '../support/approving.ts';
import { LEFT, priyaLeaves, startKnowingPriya, untilLeaversSay } from '../support/leavers.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace, type Workplace } from '../support/workplace.ts';

async function reported({ client }: Pick<Workplace, 'client'>) {
  await client.as(NORA).command('report');
  return await client
    .as(NORA)
    .until((sees) => messageWith(sees, CDN_TEAM, 'users in the Fastly account'), 'the report');
}

it('the report counts who left, and names them only to whoever clicks', async () => {
  const workplace = await startKnowingPriya({ APPROVALS_CHANNEL: '' });
  const tomas = workplace.client.as(TOMAS);
  await priyaLeaves(workplace);
  await untilLeaversSay(workplace, LEFT, NORA, 'direct');
  const { blocks, ts } = await reported(workplace);
  expect(wordsOf(blocks)).toContain('*Left Slack, still in Fastly* 1 ');
  expect(wordsOf(blocks)).not.toContain(PRIYA_USER.login);
  await tomas.click({ channel: CDN_TEAM.id, ts, actionId: 'report.leavers' });
  const told = await untilTold(tomas, 'with an email that is still a Fastly login');
  expect(told).toContain(PRIYA_USER.login);
  const others = await workplace.client.as(PRIYA).sees();
  expect(JSON.stringify(others)).not.toContain('still a Fastly login');
});

it('the report says nothing of who left where nobody looks for them', async () => {
  const workplace = await startWorkplace();
  await priyaLeaves(workplace);
  const { blocks } = await reported(workplace);
  expect(wordsOf(blocks)).not.toContain('Left Slack');
  expect(elementsOf(blocks).map(({ action_id }) => action_id)).not.toContain('report.leavers');
});
