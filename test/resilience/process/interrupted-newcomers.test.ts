import { expect, it, onTestFinished } from 'vitest';
import { auditEntries, databaseInFile, untilTold } from '../../e2e/support/approving.ts';
import { accepted, ended, invited, list, withdraw } from '../../e2e/support/inviting.ts';
import { GRACE } from '../../e2e/support/newcomers.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { NORA } from '../../sandbox/cast.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { startBotProcess } from '../support/bot-process.ts';

/** Longer than a process takes to start on a busy machine. */
const PATIENCE_MILLISECONDS = 30_000;

/** Asks for a change and kills the bot while Fastly holds that; gives what Nora is told by the next one, and the log. */
async function afterCrash({
  holding,
  ask,
  meanwhile,
}: {
  holding: { match: string; when: 'before' | 'after' };
  ask: (sandbox: Sandbox) => Promise<unknown>;
  meanwhile: (sandbox: Sandbox) => Promise<unknown>;
}): Promise<{ words: string; events: string[] }> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { client } = sandbox;
  const database = await databaseInFile();
  const variables = { ...environmentFor(sandbox, 'socket'), ...database };
  const first = await startBotProcess(variables);
  await first.untilReadyz(200);
  await client.fastlyFaults({ hold: { ...holding, times: 1 } });
  await ask(sandbox);
  await client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  first.child.kill('SIGKILL');
  await first.ended;
  await meanwhile(sandbox);
  await client.fastlyFaults({ hold: null });
  const second = await startBotProcess(variables);
  await second.untilReadyz(200);
  const words = await untilTold(
    client.as(NORA),
    'The bot was interrupted while',
    'direct',
    PATIENCE_MILLISECONDS,
  );
  second.child.kill('SIGTERM');
  await second.ended;
  return { words, events: (await auditEntries(database)).map(({ event }) => event) };
}

const create = async ({ client }: Sandbox) =>
  await client.as(NORA).command(`create ${GRACE} --role engineer`);

const put =
  (fields: JsonObject) =>
  async ({ client }: Sandbox) =>
    await client.putFastlyUsers([{ id: 'grace1', login: GRACE, role: 'engineer', ...fields }]);

it('a creation that a crash interrupted is told as done where they are there since', async () => {
  const { words, events } = await afterCrash({
    holding: { match: 'POST /user', when: 'after' },
    ask: create,
    meanwhile: async () => {},
  });
  expect(words).toContain('It worked.');
  expect(events).toEqual(['begun', 'done']);
}, 60_000);

it.each([
  ['was there before', { created_at: '2024-02-12T09:30:00Z' }],
  ['has come nobody knows when', { created_at: 'some day' }],
])(
  'a creation that a crash interrupted does not take for created who %s',
  async (_who, fields) => {
    const { words, events } = await afterCrash({
      holding: { match: 'POST /user', when: 'before' },
      ask: create,
      meanwhile: put(fields),
    });
    expect(words).toContain("It's unclear whether it worked. A check doesn't show the full change.");
    expect(events).toEqual(['begun', 'unknown']);
  },
  60_000,
);

it.each([
  ['accepted', accepted, 'failed', "The invitation wasn't withdrawn: it had been accepted."],
  ['ended by somebody', ended, 'done', 'It worked.'],
  ['left as it was', async () => {}, 'unknown', "A check doesn't show the full change."],
] as const)(
  'a withdrawal that a crash interrupted says what became of an invitation that was %s',
  async (_what, become, event, told) => {
    const { words, events } = await afterCrash({
      holding: { match: 'DELETE /invitations', when: 'before' },
      ask: async (sandbox) => {
        await invited(sandbox, [GRACE]);
        const shown = await list(sandbox.client, 'One invitation is open');
        await sandbox.client.as(NORA).click(withdraw(shown, GRACE));
      },
      meanwhile: async (sandbox) => await become(sandbox, GRACE),
    });
    expect(words).toContain(told);
    expect(events).toEqual(['begun', event]);
  },
  60_000,
);
