import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import {
  askForDeletion,
  auditEntries,
  databaseInFile,
  deletions,
  untilTold,
} from '../../e2e/support/approving.ts';
import { openHome } from '../../e2e/support/home-tab.ts';
import { GRACE } from '../../e2e/support/newcomers.ts';
import { readyz } from '../../e2e/support/readyz.ts';
import { messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { startWithGroup } from '../../e2e/support/user-groups.ts';
import {
  DELIVERY,
  environmentFor,
  runBot,
  startWorkplace,
  type Workplace,
} from '../../e2e/support/workplace.ts';
import { CDN_ADMINS, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, LOCKED_SUPERUSER } from '../../sandbox/fastly/people.ts';

const group = CDN_ADMINS.id;

async function untilDegraded(workplace: Workplace, expected: readonly object[]): Promise<void> {
  await expect
    .poll(async () => (await readyz(workplace)).body)
    .toMatchObject({ ready: true, degraded: expected });
}

describe('/readyz', () => {
  it('says that too few are able through a group, until enough are', async () => {
    const workplace = await startWithGroup();
    const { client } = workplace;
    await client.changeGroup({ group, members: [] });
    const what = '1 bot admin can use the bot, and a request needs 2.';
    await untilDegraded(workplace, [{ what, remedy: expect.stringContaining('Add members') }]);
    await client.changeMember(TOMAS.id, 'guest');
    await client.changeGroup({ group, members: [TOMAS.id] });
    await untilDegraded(workplace, [{ what }]);
    await client.changeGroup({ group, members: [PRIYA.id] });
    await untilDegraded(workplace, []);
  });

  it('says that Slack knows no such group', async () => {
    const workplace = await startWithGroup({ SUPERUSERS: `${NORA.id},${TOMAS.id},S0UNKNOWN` });
    const what = 'SUPERUSERS: Slack has no active user group S0UNKNOWN, so nobody gets access through it.';
    await workplace.log.until(what);
    await untilDegraded(workplace, [{ what, remedy: expect.stringContaining('correct the ID') }]);
    const request = await askForDeletion(workplace.client, NORA, ENGINEER);
    await request.take(workplace.client.as(TOMAS), 'approve');
    await request.until(workplace.client.as(NORA), '✅ Deleted');
  });
});

it('the log names listed members who are not able, at the start and at each look', async () => {
  const times = { botAdminsLook: { after: 0, every: 50 }, workerInterval: 50 };
  const { client, log } = await startWorkplace(DELIVERY, {}, {}, times);
  await client.changeMember(TOMAS.id, 'deactivated');
  const line = "a listed bot admin is deactivated in Slack, so they can't use the bot";
  const lines = await log.untilTimes(line, 2);
  expect(lines[0]).toMatchObject({ member: TOMAS.id, standing: 'deactivated' });
  expect(log.lines.some(({ member, standing }) => member === NORA.id && standing !== undefined)).toBe(false);
});

it('the reminder of a request mentions whom APPROVERS_MENTIONED says', async () => {
  const { client } = await startWithGroup({ APPROVERS_MENTIONED: group, APPROVAL_REMINDER: '500ms' });
  const nora = client.as(NORA);
  const request = await askForDeletion(client, NORA, ENGINEER);
  const thread = await request.untilInThread(nora, 'this request still needs approval');
  expect(thread).toEqual([expect.stringContaining(`⏰ <!subteam^${group}>`)]);
  expect(thread.join()).not.toContain(PRIYA.id);
});

it('the reminder of a request mentions nobody with APPROVERS_MENTIONED=none', async () => {
  const { client } = await startWorkplace(DELIVERY, {
    APPROVERS_MENTIONED: 'none',
    APPROVAL_REMINDER: '500ms',
  });
  const request = await askForDeletion(client, NORA, ENGINEER);
  const thread = await request.untilInThread(client.as(NORA), '⏰ This request still needs approval.');
  expect(thread.join()).not.toContain('<@');
});

it('whoever has left a group is shown nothing more on the Home, also where Slack did not say so', async () => {
  const { client, times } = await startWithGroup({}, { event: false });
  const [nora, priya] = [client.as(NORA), client.as(PRIYA)];
  await openHome(priya);
  times.botAdmins = { fresh: 0, away: 600_000 };
  await client.changeGroup({ group, members: [] });
  await nora.command(`reset ${ENGINEER.login}`);
  await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the reset');
  await priya.until(({ home }) => wordsOf(home?.blocks).includes("You don't have access"), 'the Home');
});

it('a change that Slack told of, and then did not show, is looked at again', async () => {
  const { client, times } = await startWithGroup();
  times.slowRetry = 100;
  await client.slackFaults({
    refuse: { method: 'usergroups.users.list', error: 'internal_error', times: 1 },
  });
  await client.changeGroup({ group, members: [PRIYA.id, TOMAS.id] });
  await client
    .as(NORA)
    .until((sees) => messageWith(sees, CDN_TEAM, `<@${TOMAS.id}> can use the bot now`), 'the line');
});

it('nothing is recorded or told with a database that may belong elsewhere', async () => {
  const database = await databaseInFile();
  const three = `${NORA.id},${TOMAS.id},${PRIYA.id}`;
  const looking = { botAdminsLook: { after: 0, every: 2 ** 31 - 1 }, workerInterval: 10 };
  const first = await startWorkplace(DELIVERY, { ...database, SUPERUSERS: three }, {}, looking);
  await first.log.until('the bot admins were read');
  await first.stop();
  const file = new DatabaseSync(database.DATABASE_URL.slice('file:'.length));
  file.exec("update belonging set id = 'anotherAccount' where kind = 'account'");
  file.close();
  const { client } = first;
  await client.fastlyFaults({ hold: { match: 'GET /current_user', when: 'before', times: 1 } });
  const two = { ...database, SUPERUSERS: `${NORA.id},${TOMAS.id}` };
  const second = runBot({ ...environmentFor(first, DELIVERY), ...two }, looking);
  await client.untilHeld('fastly');
  await second.log.until(DELIVERY === 'socket' ? 'connected to Slack' : "taking Slack's requests");
  await client.fastlyFaults({ hold: null });
  expect(await second.ended).toBeInstanceOf(Error);
  const changed = (await auditEntries(database)).filter(({ change }) => change === 'bot-admin');
  expect(changed).toEqual([]);
});

it('Retry by who was added later makes only what still has the approvals it needs', async () => {
  const { client } = await startWithGroup();
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  await client.fastlyFaults({ fail: { match: 'DELETE /user/', status: 500, times: 1 } });
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.take(client.as(PRIYA), 'approve');
  await nora.until((sees) => request.buttons(sees).includes('retry'), 'the button to retry');
  await client.changeGroup({ group, members: [TOMAS.id] });
  await request.click(tomas, 'retry');
  await request.until(nora, '⛔');
  expect(await deletions(client)).toHaveLength(1);
});

it('a button without a field for a reason says where to give the one that is needed', async () => {
  const { client } = await startWorkplace(DELIVERY, { REASON_REQUIRED_FOR: 'promote' });
  const nora = client.as(NORA);
  await nora.command(`unlock ${LOCKED_SUPERUSER.id}`);
  await untilTold(nora, 'A reason is needed. Nothing was requested.');
  await untilTold(nora, 'Run /fastly-user update with --reason "…"');
});

it.each([
  ['create', { address: GRACE, role: 'superuser' }],
  ['invite', { address: GRACE, role: 'superuser' }],
  [`update ${ENGINEER.login.split('@')[0]}`, { role: 'superuser' }],
])('the form of %s asks for a reason where what was entered needs one', async (command, entered) => {
  const { client } = await startWorkplace(DELIVERY, { REASON_REQUIRED_FOR: 'promote' });
  const nora = client.as(NORA);
  await nora.command(command);
  await nora.until(({ modals }) => modals.find(({ submit }) => submit !== null), 'the form');
  await nora.submit(entered);
  await nora.until(({ modals }) => modals[0]?.errors.reason?.includes('A reason is needed'), 'the error');
  await nora.submit({ ...entered, reason: 'On call' });
  await nora.until((sees) => messageWith(sees, CDN_TEAM, 'On call'), 'the request');
});
