import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import { GRACE } from '../support/newcomers.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

const UNASKED = "🚨 Fastly reports the role Fastly superuser, which wasn't requested.";

/** What Nora's command comes to where Fastly takes what is sent to `match` and answers with `answer`. */
async function told(words: string, { match, answer }: { match: string; answer: JsonObject }) {
  const { client } = await startWorkplace();
  await client.fastlyFaults({ fail: { match, status: 200, body: JSON.stringify(answer), times: 1 } });
  return await confirmation(client, words);
}

async function confirmation(client: ControlClient, words: string): Promise<string> {
  const nora = client.as(NORA);
  await nora.command(words);
  return wordsOf((await nora.until((sees) => messageWith(sees, CDN_TEAM, GRACE), 'the confirmation')).blocks);
}

describe('the confirmation of a creation', () => {
  const created = (words: string, fields: JsonObject) =>
    told(`create ${GRACE}${words}`, {
      match: 'POST /user',
      answer: { id: 'grace1', login: GRACE, ...fields },
    });

  it('says what Fastly answers, and warns of what was wanted otherwise', async () => {
    const words = await created(
      ' --name Grace --role engineer --limit-services no --locked yes --two-factor-auth-enabled yes',
      { name: 'Grace', role: 'user', limit_services: null, locked: false, two_factor_auth_enabled: null },
    );
    expect(words).toContain('created Grace ( grace@example.com ), : Role user and Limited services no.');
    expect(words).toContain('⚠️ Fastly accepted Role engineer, but reports user.');
    expect(words).toContain('⚠️ Fastly accepted Locked yes, but reports no.');
    expect(words).toContain("⚠️ Fastly accepted 2FA on, but its answer doesn't show it.");
    expect(words.split('⚠️')).toHaveLength(4);
  });

  it('says nothing of a role that Fastly does not name and nobody asked for', async () => {
    const words = await created('', {});
    expect(words).toContain('created grace@example.com , .');
    expect(words).not.toContain('Role');
    expect(words).not.toContain('⚠️');
  });

  it('warns when a role was asked for and Fastly names none', async () => {
    const words = await created(' --role billing --locked no', {});
    expect(words).toContain('created grace@example.com , : Locked no.');
    expect(words).toContain("⚠️ Fastly accepted Role billing, but its answer doesn't show it.");
  });

  it.each(['', ' --role user'])(
    'warns loudly of a Fastly superuser that nobody asked for (%j)',
    async (role) => {
      const words = await created(role, { role: 'superuser' });
      expect(words).toContain('Role Fastly superuser.');
      expect(words).toContain(UNASKED);
      expect(words).not.toContain('⚠️');
    },
  );
});

describe('the confirmation of an invitation', () => {
  const invited = (words: string, attributes: JsonObject) =>
    told(`invite ${GRACE}${words}`, {
      match: 'POST /invitations',
      answer: {
        data: { id: 'invitation1', type: 'invitation', attributes: { email: GRACE, ...attributes } },
      },
    });

  it('says what Fastly answers, and warns of what was wanted otherwise', async () => {
    const words = await invited(' --role engineer --limit-services yes', { role: 'user' });
    expect(words).toContain('invited grace@example.com , : Role user. The invitation is valid');
    expect(words).toContain('⚠️ Fastly accepted Role engineer, but reports user.');
    expect(words).toContain("⚠️ Fastly accepted Limited services yes, but its answer doesn't show it.");
  });

  it('says nothing of a role that Fastly does not name and nobody asked for', async () => {
    const words = await invited('', {});
    expect(words).toContain('invited grace@example.com , . The invitation is valid');
    expect(words).not.toContain('⚠️');
  });

  it('warns loudly of a Fastly superuser that nobody asked for', async () => {
    const words = await invited(' --role billing', { role: 'superuser' });
    expect(words).toContain(UNASKED);
    expect(words).not.toContain('⚠️');
  });
});
