import { it } from 'vitest';
import { DELIVERY_MODES } from '../../e2e/support/workplace.ts';
import { LoadedBot } from '../support/load.ts';

it.each(DELIVERY_MODES)(
  'over %s, a burst of 200 commands is acknowledged in time and answered',
  async (mode) => {
    const bot = await LoadedBot.start(mode, 200);
    await bot.burst(2_000);
    await bot.stop();
  },
);
