import { TIMES } from '../../src/config/times.ts';

/** Preloaded into a bot that shall look at its database of its own accord at its start alone. */
const HOUR = 60 * 60 * 1_000;
TIMES.workerInterval = HOUR;
TIMES.overdueLook = HOUR;
Object.assign(TIMES.leavers, { look: HOUR, tell: HOUR });
