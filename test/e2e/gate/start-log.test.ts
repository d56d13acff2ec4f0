import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CDN_TEAM, OPS, SUPERUSERS, TEAM } from '../../sandbox/cast.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { readyz } from '../support/readyz.ts';
import { DELIVERY, environmentFor, runBot, startWorkplace } from '../support/workplace.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

describe('the log of a start', () => {
  it('says in one line what is in force', async () => {
    const variables = { COMMAND_CHANNELS: CDN_TEAM.id, APPROVALS_CHANNEL: OPS.id };
    const { log } = await startWorkplace(DELIVERY, variables);
    const line = log.lines.find(({ inForce }) => inForce !== undefined);
    expect(line).toMatchObject({
      level: 30,
      msg: `fastly-user-bot ${version} serves the workspace ${TEAM.name} (${TEAM.id}). Bot admins: ${SUPERUSERS.length}. Commands: in ${CDN_TEAM.id}. Approvals: 1 for delete, promote, demote, revoke, lock-several. Requests appear in ${OPS.id}. Database: SQLite in memory. Delivery: ${DELIVERY === 'http' ? 'HTTP' : 'Socket Mode'}.`,
      inForce: {
        version,
        botAdmins: { members: SUPERUSERS.length, groups: 0 },
        commandChannels: [CDN_TEAM.id],
        delivery: DELIVERY,
      },
    });
  });

  it('says loudly that an empty SUPERUSERS keeps everybody out, as /readyz does', async () => {
    const place = await startWorkplace(DELIVERY, { SUPERUSERS: '' });
    const what = 'SUPERUSERS is set but empty, so the bot refuses everybody';
    const remedy = 'Set it to the member IDs of the bot admins, comma-separated.';
    expect(place.log.lines).toContainEqual(
      expect.objectContaining({ level: 50, variable: 'SUPERUSERS', msg: `${what}. ${remedy}` }),
    );
    expect((await readyz(place)).body.degraded).toMatchObject([{ what, remedy }]);
  });

  it('warns of a reminder that never comes, and of deletions without approval', async () => {
    const { log } = await startWorkplace(DELIVERY, { APPROVAL_TTL: '1h', APPROVAL_REQUIRED_FOR: 'promote' });
    const doubts = log.lines.filter(({ variable }) => /APPROVAL/.test(String(variable)));
    expect(doubts.map(({ variable }) => variable)).toEqual([
      'APPROVAL_REMINDER',
      'APPROVAL_REQUIRED_FOR',
      'APPROVAL_REQUIRED_FOR',
      'APPROVAL_REQUIRED_FOR',
    ]);
    expect(doubts.at(-1)?.msg).toContain(
      'up to 100 idle users are locked at once without approval. Add lock-several if a second bot admin should approve that.',
    );
  });

  it('says where a new, empty database was created, and nothing when it is there already', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const first = await startWorkplace(DELIVERY, { DATABASE_URL: `file:${path}` });
    const msg = `A new, empty database was created: SQLite ${path}. If the bot has been used before, correct DATABASE_URL.`;
    expect(first.log.lines).toContainEqual(expect.objectContaining({ level: 40, msg }));
    await first.stop();
    const again = runBot({ ...environmentFor(first, DELIVERY), DATABASE_URL: `file:${path}` });
    await again.log.until('database ready');
    expect(again.log.text).not.toContain('new, empty database');
  });
});
