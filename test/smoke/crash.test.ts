import { it } from 'vitest';
import { expectDeletedAfterDeathInCall } from '../resilience/support/deletion.ts';
import { PATIENT } from '../resilience/support/place.ts';

it('a deletion is carried out once when the bot is killed right after Fastly made it', PATIENT, async () => {
  await expectDeletedAfterDeathInCall('SQLite', { when: 'after', match: 'DELETE', calls: [null] });
});
