import { it } from 'vitest';
import { PATIENT } from '../resilience/support/place.ts';
import { expectTakenOver } from '../resilience/support/takeover.ts';

it(
  'of two bots on one PostgreSQL, one finishes the deletion in which the other is killed',
  PATIENT,
  async () => {
    await expectTakenOver();
  },
);
