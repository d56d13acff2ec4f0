import { describe } from 'vitest';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { ENGINES } from '../support/databases.ts';
import { itEndsWell, type OwnChange } from '../support/own-change.ts';
import { PATIENT } from '../support/place.ts';

const UPDATE: OwnChange = {
  command: `update ${ENGINEER.id} --role billing --require-new-password yes --limit-services no`,
  call: `PUT /user/${ENGINEER.id}`,
  confirmation: `updated ${ENGINEER.name}`,
  interrupted: `The bot was interrupted while updating ${ENGINEER.name}`,
  done: 'It worked.',
  unknown: "It's unclear whether it worked. A check doesn't show the full change.",
  async isMade({ client }) {
    const user = (await client.fastlyUsers()).find(({ id }) => id === ENGINEER.id);
    return user?.role === 'billing' && user.require_new_password === true;
  },
};

describe.each(ENGINES)('an update, on %s', PATIENT, (engine) => {
  itEndsWell(engine, UPDATE);
});
