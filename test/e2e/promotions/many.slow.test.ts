import { expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { untilTold } from '../support/approving.ts';
import { idlers } from '../support/idle.ts';
import { untilSaid } from '../support/promotions.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

const TWELVE = idlers(12);

it('roles that end are all listed in approvals and behind the button of the report, however many they are', async () => {
  const { client } = await startWorkplace();
  const nora = client.as(NORA);
  await client.putFastlyUsers(TWELVE);
  for (const { id, login } of TWELVE) {
    await nora.command(`update ${id} --role billing --for 1d`);
    await untilSaid(nora, login);
  }
  /** Clicks a button of the latest message that says this, and returns what the answer to it names. */
  const namedAfter = async (said: string, actionId: string) => {
    const list = await nora.until((sees) => messageWith(sees, CDN_TEAM, said), `'${said}'`);
    const before = messagesIn(await nora.sees(), CDN_TEAM).length;
    await nora.click({ channel: CDN_TEAM.id, ts: list.ts, actionId });
    const answer = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[before], 'the answer');
    return loginsIn(wordsOf(answer.blocks));
  };
  const logins = TWELVE.map(({ login }) => login);

  await nora.command('approvals');
  const open = await untilTold(nora, 'There are no open requests.');
  expect(loginsIn(open)).toEqual(logins.slice(0, 10));
  expect(await namedAfter('There are no open requests.', 'promotion.more')).toEqual(logins.slice(10));

  await nora.command('report');
  expect(await namedAfter('users in the Fastly account', 'report.promotions')).toEqual(logins.slice(0, 10));

  await nora.command('list idle');
  expect(await untilSaid(nora, '12 of 37 users')).toContain(
    'and 2 more roles that end. Run /fastly-user approvals to see all of them.',
  );
});

function loginsIn(words: string): string[] {
  return words.match(/idle\.\d+@example\.com/g) ?? [];
}
