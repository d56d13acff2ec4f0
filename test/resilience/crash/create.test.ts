import { describe } from 'vitest';
import { ENGINES } from '../support/databases.ts';
import { itEndsWell, type OwnChange } from '../support/own-change.ts';
import { PATIENT } from '../support/place.ts';

const LOGIN = 'grace.newcomb@example.com';

const CREATION: OwnChange = {
  command: `create ${LOGIN} --name "Grace Newcomb" --role billing --limit-services no`,
  call: 'POST /user',
  confirmation: 'created Grace Newcomb',
  interrupted: 'The bot was interrupted while creating Grace Newcomb',
  done: 'It worked.',
  unknown: "It's unclear whether it worked. A check doesn't show the full change.",
  async isMade({ client }) {
    return (await client.fastlyUsers()).some(
      ({ login, name, role }) => login === LOGIN && name === 'Grace Newcomb' && role === 'billing',
    );
  },
};

describe.each(ENGINES)('a creation, on %s', PATIENT, (engine) => {
  itEndsWell(engine, CREATION);
});
