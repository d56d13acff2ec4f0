import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { deliveryTo, startForgedSlack, superuser, viewOf } from '../support/forged-delivery.ts';
import { actionsOn, invited, list } from '../support/inviting.ts';
import { creations, GRACE, invitationsSent } from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const OFF = { DISABLED_COMMANDS: 'create,invite' };

describe('with create and invite switched off', () => {
  it('help names neither, and both are refused when typed, with what to do', async () => {
    const { client } = await startWorkplace(DELIVERY, OFF);
    const nora = client.as(NORA);
    await nora.command('help');
    const help = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'What you can do here'), 'the help');
    expect(wordsOf(help.blocks)).not.toMatch(/\/fastly-user (create|invite)\b/);
    for (const words of [`create ${GRACE}`, `invite ${GRACE}`]) await nora.command(words);
    const refused = await nora.until((sees) => {
      const told = messagesIn(sees, CDN_TEAM).filter(({ blocks }) =>
        wordsOf(blocks).includes('is disabled in this workspace. Run /fastly-user help to see all commands.'),
      );
      return told.length === 2 && told;
    }, 'two refusals');
    expect(refused.every(({ ephemeral }) => ephemeral)).toBe(true);
    expect(await creations(client)).toEqual([]);
    expect(await invitationsSent(client)).toEqual([]);
  });

  it('nothing offers to invite, and invitations can still be withdrawn', async () => {
    const workplace = await startWorkplace(DELIVERY, OFF);
    const { client } = workplace;
    const none = await list(client, 'No invitation is open.');
    expect(wordsOf(none.blocks)).not.toContain('to send one');
    expect(actionsOn(none)).toEqual([]);
    await invited(workplace, [GRACE]);
    expect(actionsOn(await list(client, 'One invitation is open'))).toEqual(['invitations.withdraw']);
  });

  it.each(['create.form', 'invite.form'])(
    'a form %s that is still open does nothing, and says why',
    async (id) => {
      const { client, deliver } = await startForgedSlack(DELIVERY, OFF);
      const values = { address: { address: { type: 'plain_text_input', value: GRACE } } };
      const view = viewOf(id, { state: { values } });
      const answer = await deliver(deliveryTo({ kind: 'submission', id }, superuser, '', { view }));
      expect(wordsOf(answer)).toContain('This no longer works');
      expect(await client.fastlyCalls()).toEqual([]);
    },
  );
});
