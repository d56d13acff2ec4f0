import { describe, expect, it } from 'vitest';
import { CDN_ADMINS, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, auditEntries, databaseInFile, untilTold } from '../support/approving.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith } from '../support/seeing.ts';
import { startWithGroup } from '../support/user-groups.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const group = CDN_ADMINS.id;

describe('a user group among the bot admins', () => {
  it('gives its members access, and takes it away with the event', async () => {
    const { client } = await startWithGroup();
    const [nora, priya, tomas] = [client.as(NORA), client.as(PRIYA), client.as(TOMAS)];
    await tomas.command('approvals');
    await untilTold(tomas, "You don't have access to this bot");
    const request = await askForDeletion(client, NORA, ENGINEER);
    expect(request.words(await nora.sees())).toContain(`Needs 1 approval from <@${PRIYA.id}>`);
    await client.changeGroup({ group, members: [] });
    await request.until(nora, 'no one is left to approve');
    await priya.command('approvals');
    await untilTold(priya, "You don't have access to this bot");
    await client.changeGroup({ group, members: [PRIYA.id] });
    await request.take(priya, 'approve');
    await request.until(nora, '✅ Deleted');
  });

  it('makes nobody an approver of what was filed before', async () => {
    const { client } = await startWithGroup();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.changeGroup({ group, members: [PRIYA.id, TOMAS.id] });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'can use the bot now'), 'the line');
    for (const step of ['approve', 'deny'] as const) {
      await request.click(tomas, step);
      await untilTold(
        tomas,
        `You were added after this was filed, so you can't decide on it. <@${PRIYA.id}> can.`,
      );
    }
    expect(request.words(await nora.sees())).toContain(`Needs 1 approval from <@${PRIYA.id}>`);
  });

  it('has each change audited, and told in the approvals channel', async () => {
    const database = await databaseInFile();
    const { client, stop } = await startWithGroup(database);
    const nora = client.as(NORA);
    await client.changeGroup({ group, members: [PRIYA.id, TOMAS.id] });
    await nora.until(
      (sees) =>
        messageWith(sees, CDN_TEAM, `<@${TOMAS.id}> can use the bot now, through <!subteam^${group}>`),
      'the line about who was added',
    );
    await client.changeGroup({ group, members: [TOMAS.id] });
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, `<@${PRIYA.id}> can't use the bot any more`),
      'the line about who was removed',
    );
    await nora.command('audit');
    await stop();
    const entries = (await auditEntries(database)).filter(({ change }) => change === 'bot-admin');
    expect(entries.map(({ event, details }) => [event, details.member])).toEqual([
      ['added', TOMAS.id],
      ['removed', PRIYA.id],
    ]);
  });

  it.each([
    ['is disabled', (client: Workplace['client']) => client.changeGroup({ group, disabled: true })],
    ['is not in the plan', (client: Workplace['client']) => client.changeGroup({ group, plan: false })],
  ])('that %s gives nobody access, as /readyz and whoever is refused are told', async (_, change) => {
    const workplace = await startWithGroup();
    const { client } = workplace;
    const priya = client.as(PRIYA);
    workplace.times.botAdminsLook.every = 0;
    await change(client);
    workplace.times.botAdmins = { fresh: 0, away: 600_000 };
    await priya.command('whoami');
    await untilTold(priya, "A user group that gives access can't be used at the moment");
    await expect
      .poll(async () => (await readyz(workplace)).body)
      .toMatchObject({
        ready: true,
        degraded: [expect.objectContaining({ what: expect.stringContaining(group) })],
      });
    await client.as(NORA).command(`delete ${ENGINEER.id}`);
    await untilTold(
      client.as(NORA),
      "Too few bot admins are left to approve this, because a user group can't be used",
    );
  });

  it('without its scope says so at the start', async () => {
    const workplace = await startWithGroup({}, { groups: false });
    await workplace.log.until(
      `SUPERUSERS: the Slack app may not read user groups, so nobody gets access through ${group}.`,
    );
    await expect
      .poll(async () => (await readyz(workplace)).body)
      .toMatchObject({
        ready: true,
        degraded: [expect.objectContaining({ remedy: expect.stringContaining('manifest -- --groups') })],
      });
  });

  it('counts as it was while Slack is away, for a time', async () => {
    const { client, times } = await startWithGroup();
    const priya = client.as(PRIYA);
    await priya.command('approvals');
    await untilTold(priya, 'There are no open requests');
    times.botAdmins = { fresh: 0, away: 600_000 };
    await client.slackFaults({ lose: { method: 'usergroups.users.list', when: 'before', times: 999 } });
    await priya.command('help');
    await untilTold(priya, '/fastly-user');
    times.botAdmins = { fresh: 0, away: -1 };
    await priya.command('whoami');
    await untilTold(priya, "Your account couldn't be verified");
  });
});

it('a request mentions whom APPROVERS_MENTIONED says', async () => {
  const { client } = await startWithGroup({ APPROVERS_MENTIONED: group });
  const request = await askForDeletion(client, NORA, ENGINEER);
  expect(request.words(await client.as(NORA).sees())).toContain(
    `Needs 1 approval from another bot admin. Asked: <!subteam^${group}>`,
  );
});

it('nobody is mentioned with APPROVERS_MENTIONED=none', async () => {
  const { client } = await startWorkplace(DELIVERY, { APPROVERS_MENTIONED: 'none' });
  const request = await askForDeletion(client, NORA, ENGINEER);
  expect(request.words(await client.as(NORA).sees())).toContain('Needs 1 approval from another bot admin.');
});

it('words and forms insist on a reason where REASON_REQUIRED_FOR says so', async () => {
  const { client } = await startWorkplace(DELIVERY, { REASON_REQUIRED_FOR: 'delete,promote' });
  const nora = client.as(NORA);
  await nora.command(`delete ${ENGINEER.id}`);
  await untilTold(nora, 'A reason is needed. Nothing was requested.');
  await nora.command(`update ${ENGINEER.id} --role superuser`);
  await nora.until(
    (sees) => JSON.stringify(sees).split('A reason is needed').length > 2,
    'the same for a promotion',
  );
  await nora.command('delete');
  const form = await nora.until(({ modals }) => modals.find(({ submit }) => submit !== null), 'the form');
  const reason = form.blocks.find(({ block_id }) => block_id === 'reason');
  expect(reason).not.toHaveProperty('optional');
  await nora.close();
  await askForDeletion(client, NORA, ENGINEER, { reason: 'Left in May' });
});
