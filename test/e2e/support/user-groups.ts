import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appManifest } from '../../../src/cli/app-manifest.ts';
import type { Times } from '../../../src/config/times.ts';
import { CDN_ADMINS, CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { DELIVERY, startWorkplace, type Workplace } from './workplace.ts';

/** Looks once, and then when the list seems to have changed. */
const LOOKING = { botAdminsLook: { after: 0, every: 2 ** 31 - 1 }, workerInterval: 100 };
const LISTED = { SUPERUSERS: `${NORA.id},${CDN_ADMINS.id}`, APPROVALS_CHANNEL: CDN_TEAM.id };

/**
 * A bot whose app was made from `npm run manifest -- --groups`. Nora is a bot admin, and whoever is in the group.
 *
 * @param event whether it hears that the group has changed
 */
export async function startWithGroup(
  variables: Record<string, string> = {},
  {
    groups = true,
    event = true,
    times = {},
  }: { groups?: boolean; event?: boolean; times?: Partial<Times> } = {},
): Promise<Workplace> {
  const manifest = join(await temporaryFolder(), 'manifest.yml');
  const origin = DELIVERY === 'http' ? 'https://bot.example.com' : null;
  const whole = appManifest(origin, { groups });
  await writeFile(manifest, event ? whole : whole.replace('\n      - subteam_members_changed', ''));
  return await startWorkplace(DELIVERY, { ...LISTED, ...variables }, { manifest }, { ...LOOKING, ...times });
}
