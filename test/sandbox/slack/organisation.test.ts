import { afterAll, beforeAll, expect, test } from 'vitest';
import { CDN_TEAM, JONAS, MIRA, NORA, ORGANISATION, SISTER_TEAM, TEAM } from '../cast.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { callSlack } from './bolt-app.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ organisation: true });
});
afterAll(() => sandbox.close());

const call = (method: string, args = {}) => callSlack(sandbox.slack, method, args);
const inOrganisation = (...teams: string[]) => ({
  enterprise_user: { enterprise_id: ORGANISATION.id, teams },
});

test('auth.test names the organisation, of which the app is in one workspace', async () => {
  const expected = { team_id: TEAM.id, enterprise_id: ORGANISATION.id, is_enterprise_install: false };
  expect(await call('auth.test')).toMatchObject(expected);
});

test('users.info names the workspaces of its people, and none of a stranger', async () => {
  const user = async ({ id }: { id: string }) => (await call('users.info', { user: id })).user;
  expect(await user(NORA)).toMatchObject(inOrganisation(TEAM.id));
  expect(await user(MIRA)).toMatchObject({
    team_id: SISTER_TEAM.id,
    ...inOrganisation(TEAM.id, SISTER_TEAM.id),
  });
  expect(await user(JONAS)).not.toHaveProperty('enterprise_user');
});

test("a member of both workspaces types in the app's, and clicks in the name of the other", async () => {
  const blocks = [
    {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }],
    },
  ];
  const mira = sandbox.client.as(MIRA);
  await call('chat.postMessage', { channel: CDN_TEAM.id, text: 'a message', blocks });
  await mira.command('whoami');
  await mira.click({ channel: CDN_TEAM.id, actionId: 'go' });
  const [command, click] = (await sandbox.client.deliveries()).map(({ payload }) => payload);
  expect(command).toMatchObject({ user_id: MIRA.id, team_id: TEAM.id, enterprise_id: ORGANISATION.id });
  expect(click).toMatchObject({
    user: { id: MIRA.id, team_id: SISTER_TEAM.id },
    team: { id: TEAM.id, enterprise_id: ORGANISATION.id },
    enterprise: { id: ORGANISATION.id },
  });
});
