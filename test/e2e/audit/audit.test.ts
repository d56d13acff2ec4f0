import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { answer } from '../support/answering.ts';
import { askForDeletion, untilTold } from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

/** Nora has a user deleted, with Tomás's approval. */
async function deleted(client: ControlClient): Promise<void> {
  const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), '✅ Deleted');
}

const logPage = (sees: Sees): SeenMessage | undefined =>
  messagesIn(sees, CDN_TEAM).findLast(({ blocks }) => wordsOf(blocks).includes('The latest changes'));

describe('audit', () => {
  it('shows the channel who did what to whom and what came of it, newest first', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await deleted(client);
    await nora.command(`reset ${PLUS_LOGIN.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    await nora.command('audit');
    const page = await client.as(PRIYA).until(logPage, 'the page, seen by someone else');
    const words = wordsOf(page.blocks);
    const inOrder = [
      `<@${NORA.id}> sent a password reset to ${PLUS_LOGIN.name}`,
      `${ENGINEER.name} ( ${ENGINEER.login} ) was deleted`,
      `<@${TOMAS.id}> approved the request to delete ${ENGINEER.name}`,
      `<@${NORA.id}> asked to delete ${ENGINEER.name} ( ${ENGINEER.login} ): Left the company`,
    ];
    const places = inOrder.map((each) => words.indexOf(each));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(JSON.stringify(page.blocks)).toContain('"type":"date"');
  });
});

describe('the head of the audit log', () => {
  it('is at the end of the page, as the log of the bot has it', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`reset ${PLUS_LOGIN.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    const [, last] = await log.untilTimes('audit', 2);
    await nora.command('audit');
    const page = await nora.until(logPage, 'the page');
    expect(wordsOf(page.blocks)).toContain(`Head of the audit log: \`${headIn(last)}\``);
  });

  it('is logged at the start, now and again, and at the end', async () => {
    const { client, log, stop } = await startWorkplace('socket', {}, {}, { auditHead: 300 });
    expect((await log.until('audit log head')).head).toBeNull();
    await client.as(NORA).command(`reset ${PLUS_LOGIN.login}`);
    const [, last] = await log.untilTimes('audit', 2);
    const heads = () => log.lines.filter(({ msg }) => msg === 'audit log head').map(({ head }) => head);
    await expect.poll(heads).toContain(headIn(last));
    const before = heads().length;
    await stop();
    expect(heads().length).toBeGreaterThan(before);
    expect(heads().at(-1)).toBe(headIn(last));
  });
});

/** The head that the log has with this entry. */
function headIn(line: Record<string, unknown> | undefined): string {
  const { seq, hash } = z
    .object({ audit: z.object({ seq: z.number(), hash: z.string() }) })
    .parse(line).audit;
  return `${seq}:${hash}`;
}

describe('audit', () => {
  it.each([
    ['id', ENGINEER.id],
    ['login', ENGINEER.login],
    ['name', ENGINEER.name ?? ''],
  ])('shows what happened to a user who is gone, by %s', async (_what, typed) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await deleted(client);
    await nora.command(`reset ${PLUS_LOGIN.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    await nora.command(`audit ${typed}`);
    const page = await nora.until(logPage, 'the page');
    expect(wordsOf(page.blocks)).toContain(`The latest changes to ${ENGINEER.name}`);
    expect(wordsOf(page.blocks)).toContain('was deleted');
    expect(wordsOf(page.blocks)).not.toContain(PLUS_LOGIN.login);
  });

  it('shows what happened to a user who is there, and asks which where several fit', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`reset ${ENGINEER.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
    await nora.command('audit morton');
    await answer(nora, CDN_TEAM, ENGINEER);
    const page = await nora.until(logPage, 'the page');
    expect(wordsOf(page.blocks)).toContain(`The latest changes to ${ENGINEER.name}`);
  });

  it('shows that a user was created, in words and from the form', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('create grace@example.com --name "Grace Example"');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'created'), 'the creation');
    await nora.command('audit grace@example.com --private');
    const page = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'The latest changes to Grace Example'),
      'the page',
    );
    expect(wordsOf(page.blocks)).toContain(`<@${NORA.id}> created Grace Example ( grace@example.com )`);
    await nora.click({ channel: CDN_TEAM.id, ts: page.ts, actionId: 'audit.find' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'audit.form', 'the form');
    await nora.typeAhead('user-picker', 'grace');
    const grace = (await client.fastlyUsers()).find(({ login }) => login === 'grace@example.com');
    await nora.submit({ 'user-picker': `${grace?.id} ${grace?.login}` });
    await nora.until(
      ({ channels }) =>
        channels.some(
          ({ kind, messages }) =>
            kind === 'im' && messages.some(({ blocks }) => wordsOf(blocks).includes('created Grace Example')),
        ),
      'the page in the direct message',
    );
  });

  it('says why something was not done, in short', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const body = JSON.stringify({ msg: 'Bad request', detail: 'because '.repeat(100) });
    await client.fastlyFaults({
      fail: { match: `DELETE /user/${ENGINEER.id}`, status: 400, body, times: 1 },
    });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(tomas, 'approve');
    await request.until(nora, "wasn't deleted");
    await nora.command('audit');
    const words = wordsOf((await nora.until(logPage, 'the page')).blocks);
    expect(words).toMatch(/wasn't deleted\. Fastly refused this \(it says: Bad request: because .{100,150}…/);
  });

  it('shows who is gone and not who only has the words in the name', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await deleted(client);
    await client.putFastlyUsers([
      { id: 'joedda1', name: 'Jo Edda Morton', login: `jo.${ENGINEER.login}`, role: 'user' },
    ]);
    await nora.command(`audit ${ENGINEER.login}`);
    const page = await nora.until(logPage, 'the page');
    expect(wordsOf(page.blocks)).toContain(`The latest changes to ${ENGINEER.name}`);
    expect(wordsOf(page.blocks)).not.toContain('Jo Edda');
  });

  it('says so when there is nothing, of all or about one user', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command('audit --private');
    await untilTold(nora, 'There are no changes yet.');
    await nora.command('audit nobody% --private');
    await untilTold(nora, 'There are no changes to nobody%');
  });

  it('goes through older pages and back, in the place of the first', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    for (let count = 1; count <= 16; count += 1) {
      await nora.command(`reset ${ENGINEER.login} --private`);
      const told = (sees: Sees) =>
        messagesIn(sees, CDN_TEAM).filter(({ blocks }) =>
          wordsOf(blocks).includes('sent a password reset to'),
        );
      await nora.until((sees) => told(sees).length === count, `${count} resets`);
    }
    await nora.command('audit');
    const first = await nora.until(logPage, 'the first page');
    const turn = async (actionId: string, lines: number) => {
      await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId });
      await nora.until(
        (sees) => wordsOf(logPage(sees)?.blocks ?? []).split('sent a password reset to').length - 1 === lines,
        `a page of ${lines}`,
      );
    };
    expect(elementsOf(first.blocks).map(({ action_id }) => action_id)).toEqual(['audit.older', 'audit.find']);
    await turn('audit.older', 1);
    const last = logPage(await nora.sees());
    expect(last?.ts).toBe(first.ts);
    expect(elementsOf(last?.blocks).map(({ action_id }) => action_id)).toEqual([
      'audit.newest',
      'audit.find',
    ]);
    await turn('audit.newest', 15);
  });
});
