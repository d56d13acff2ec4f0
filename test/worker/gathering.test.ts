import { describe, expect, it } from 'vitest';
import { Gathering } from '../../src/worker/gathering.ts';

const at = (entry: number, posted = 0) => ({ entry, posted });
const NOTHING = at(0);

describe('changes in quick succession', () => {
  it('pass after the time is over, and not before', () => {
    const gathering = new Gathering(1_000);
    expect(gathering.pass(at(1), 500)).toEqual(NOTHING);
    expect(gathering.pass(at(1), 1_499)).toEqual(NOTHING);
    expect(gathering.pass(at(1), 1_500)).toEqual(at(1));
  });

  it('are not held back by those that follow', () => {
    const gathering = new Gathering(1_000);
    for (const [entry, time] of [
      [1, 0],
      [2, 400],
      [3, 800],
    ] as const) {
      expect(gathering.pass(at(entry), time)).toEqual(NOTHING);
    }
    expect(gathering.pass(at(4), 1_000)).toEqual(at(1));
  });

  it('each wait for the whole time', () => {
    const gathering = new Gathering(1_000);
    gathering.pass(at(1), 0);
    gathering.pass(at(2), 1_000);
    expect(gathering.pass(at(2), 1_999)).toEqual(at(1));
    expect(gathering.pass(at(2), 2_000)).toEqual(at(2));
  });

  it('are those of the audit log and those of the messages', () => {
    const gathering = new Gathering(1_000);
    gathering.pass(at(1), 0);
    gathering.pass(at(1, 1), 1_000);
    expect(gathering.pass(at(1, 1), 2_000)).toEqual(at(1, 1));
  });
});
