import { describe, expect, it } from 'vitest';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { callSlack } from '../../sandbox/slack/bolt-app.ts';
import { askForDeletion } from '../support/approving.ts';
import { openHome, untilAtHome } from '../support/home-tab.ts';
import { startWorkplace } from '../support/workplace.ts';

async function publishings(client: ControlClient) {
  const calls = (await client.slackCalls()).filter(({ method }) => method === 'views.publish');
  return calls.map(({ args, result }) => ({ hash: args.hash, result }));
}

describe('a Home tab that is drawn again', () => {
  it('passes the hash of what it replaces', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await untilAtHome(tomas, 'Waiting for you', request.id);
    const [first, ...others] = await publishings(client);
    expect(first?.hash).toBeUndefined();
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others.map(({ hash }) => typeof hash))).toEqual(new Set(['string']));
    expect(new Set(others.map(({ result }) => result))).toEqual(new Set(['ok']));
  });

  it('does not replace one that somebody else has drawn since, but is drawn anew after it', async () => {
    const { client, slack, log } = await startWorkplace();
    const tomas = client.as(TOMAS);
    await openHome(tomas);
    const text = { type: 'plain_text', text: 'Newer' };
    await callSlack(slack, 'views.publish', {
      user_id: TOMAS.id,
      view: { type: 'home', blocks: [{ type: 'section', text }] },
    });
    await client.forgetSlackCalls();
    const request = await askForDeletion(client, NORA, ENGINEER);
    await log.until('a Home could not be shown, trying again');
    await untilAtHome(tomas, 'Waiting for you', request.id);
    const [stale, anew] = await publishings(client);
    expect(stale).toEqual({ hash: expect.any(String), result: 'hash_conflict' });
    expect(anew).toEqual({ hash: undefined, result: 'ok' });
  });
});
