import { expect, it } from 'vitest';
import { NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { inFastly } from '../support/altering.ts';
import { toldPrivately, untilTold } from '../support/approving.ts';
import { clickPromotion, SHORT, untilSaid } from '../support/promotions.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const SOON = { promotions: { ...SHORT.promotions, unsure: 50 } };

it('a role that Fastly has not changed has the end that it has, or none', async () => {
  const { client } = await startWorkplace(DELIVERY, {}, {}, SHORT);
  const nora = client.as(NORA);
  const answered = async (user: object) =>
    client.fastlyFaults({ fail: { match: 'PUT', status: 200, body: JSON.stringify(user), times: 1 } });
  await answered({ ...ENGINEER, name: 'Edda Sommer' });
  await nora.command(`update ${ENGINEER.id} --name "Edda Sommer" --role billing --for 1d`);
  expect(await untilSaid(nora, 'Edda Sommer.')).not.toMatch(/until|for 1 day/);
  await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
  await untilSaid(nora, 'Role engineer → billing until');
  await answered({ ...ENGINEER, role: 'billing' });
  await nora.command(`update ${ENGINEER.id} --role user`);
  expect(await untilSaid(nora, 'had Fastly update')).not.toContain('no longer holds');
  await clickPromotion(nora, 'end');
  await untilTold(nora, 'Ended by', 'direct');
  expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer' });
});

it('a role that Fastly never took is not called given, and nothing is taken away', async () => {
  const { client } = await startWorkplace(DELIVERY, {}, {}, SOON);
  const nora = client.as(NORA);
  await client.fastlyFaults({ drop: { match: 'PUT', when: 'before', times: 1 } });
  await nora.command(`update ${ENGINEER.id} --role billing --for 1d`);
  await untilTold(nora, 'was not given the role billing', 'direct');
  expect(toldPrivately(await nora.sees(), 'direct').join()).not.toContain('Ended');
});
