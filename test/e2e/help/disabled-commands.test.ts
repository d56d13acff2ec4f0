import { describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { allListeners, LISTENERS } from '../../../src/commands/slash-command.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion } from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

/** Which buttons and forms do a subcommand's work without being its own. */
const ELSEWHERE: Record<string, string[]> = {
  list: [
    ...['locked', 'superusers', 'without-2fa', 'idle'].map((counted) => `report.${counted}`),
    ...['report.promotions', 'report.leavers'],
  ],
  tokens: ['report.idle-tokens', 'report.expiring-tokens'],
  audit: ['report.changes'],
  lock: ['list.lock-several', 'list.lock-several-form'],
  unlock: ['approvals.unlock-several'],
  update: ['promotion.extend', 'promotion.extend-form'],
  revoke: ['approvals.revoke-first'],
};

const names = SUBCOMMANDS.map(({ name }) => name).filter((name) => name !== 'help');

describe('a subcommand that is switched off', () => {
  it('is not in help, and is refused when typed', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'reset, audit' });
    const nora = client.as(NORA);
    await nora.command('help');
    const help = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'What you can do here'), 'the help');
    expect(wordsOf(help.blocks)).toContain('/fastly-user get');
    expect(wordsOf(help.blocks)).not.toMatch(/\/fastly-user (reset|audit)/);
    for (const words of [`reset ${ENGINEER.id}`, 'help reset', 'audit']) await nora.command(words);
    await nora.until(
      (sees) =>
        messagesIn(sees, CDN_TEAM).filter(({ blocks }) =>
          wordsOf(blocks).includes('is disabled in this workspace'),
        ).length === 3,
      'three refusals',
    );
    const calls = await client.fastlyCalls();
    expect(calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('a subcommand that is switched off', () => {
  it('takes its button off the card, and one on an older card does nothing', async () => {
    const { client } = await startWorkplace(DELIVERY, {
      DISABLED_COMMANDS: 'reset,delete,update,lock,tokens',
    });
    const nora = client.as(NORA);
    await nora.command(`get ${ENGINEER.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    expect(elementsOf(card.blocks)).toEqual([]);
  });

  it.each(names)(
    '%s takes its forms and buttons with it, those elsewhere that do its work, and nothing else',
    (name) => {
      const own = SUBCOMMANDS.find((each) => each.name === name)?.listeners ?? [];
      const left = allListeners(new Set([name])).map(({ id }) => id);
      const gone = [...own.map(({ id }) => id), `home.${name}`, ...(ELSEWHERE[name] ?? [])];
      expect(left).toEqual(LISTENERS.map(({ id }) => id).filter((id) => !gone.includes(id)));
    },
  );

  it('leaves what waits to be decided', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'approvals' });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(TOMAS), '✅ Deleted');
  });
});
