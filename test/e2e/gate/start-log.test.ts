import { describe, expect, it } from 'vitest';
import { CDN_TEAM } from '../../sandbox/cast.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const NOBODY = 'SUPERUSERS is empty: the bot will refuse everybody';

describe('the log of a start', () => {
  it('warns that an empty SUPERUSERS keeps everybody out, and says that commands work everywhere', async () => {
    const { log } = await startWorkplace(DELIVERY, { SUPERUSERS: '', COMMAND_CHANNELS: '' });
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 40, msg: NOBODY }));
    expect(log.lines).toContainEqual(expect.objectContaining({ msg: 'commands work in all channels' }));
  });

  it('names the channels where commands work, and has no warning where there are bot admins', async () => {
    const { log } = await startWorkplace(DELIVERY, { COMMAND_CHANNELS: CDN_TEAM.id });
    expect(log.lines).toContainEqual(
      expect.objectContaining({ msg: 'commands work in these channels only', channels: [CDN_TEAM.id] }),
    );
    expect(log.text).not.toContain(NOBODY);
  });
});
