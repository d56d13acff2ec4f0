import { Approvals } from '../../../src/approvals/approvals.ts';
import { MOST_LISTED } from '../../../src/commands/approvals/approvals.ts';
import { MOST_ON_HOME } from '../../../src/messages/home.ts';
import { AuditPages, type AuditSubject } from '../../../src/store/audit-page.ts';
import type { Store } from '../../../src/store/store.ts';
import { NORA, POLICY, TOMAS } from '../../approvals/people.ts';
import { CHANGED_LONG_AGO, UNTOUCHED, userOf } from '../../support/history.ts';
import { median, type Row, type Started } from '../row.ts';

const CALLS = 9;
const ROUND_MILLISECONDS = 500;
/** What a page of `audit` holds. */
const PAGE = 16;

/** What is read from years of history, in a SQLite file with 1,000,000 entries and 10,000 open requests. */
export const HISTORY_ROWS: readonly Row[] = [
  {
    name: 'open-requests-ms',
    about: 'what a Home and approvals show of 10,000 open requests, the slower of the two; SQLite',
    unit: 'ms',
    wanted: { atMost: 30 },
    rounds: 3,
    start: async (shared) => openRequests(await shared.bigStore('SQLite')),
  },
  auditRow('audit-by-id-ms', 'audit of a user by ID, among 1,000,000 entries; SQLite', aboutUser(userOf(7))),
  auditRow('audit-none-ms', 'audit of a user who was never changed', aboutUser(UNTOUCHED)),
  auditRow('audit-by-name-ms', 'audit by a name, of a user whose only change is the first entry', {
    typed: CHANGED_LONG_AGO.name,
  }),
];

function aboutUser({ id, login }: { id: string; login: string }): AuditSubject {
  return { id, login };
}

function auditRow(name: string, about: string, subject: AuditSubject): Row {
  return {
    name,
    about,
    unit: 'ms',
    wanted: { atMost: 10 },
    rounds: 7,
    start: async (shared) => {
      const pages = new AuditPages(await shared.bigStore('SQLite'));
      return repeated(async () => {
        await pages.latest({ subject, before: null, limit: PAGE });
        await pages.head();
      });
    },
  };
}

function openRequests(store: Store): Started {
  const approvals = new Approvals(store, POLICY, false, () => {});
  // Both sides of a Home: who may approve all of them, and who filed them.
  const homes = [TOMAS, NORA].map((member) => () => approvals.openFor(member, MOST_ON_HOME));
  const list = () => approvals.open(MOST_LISTED);
  const each = [...homes, list].map(repeated);
  return {
    round: async () => {
      const measures = [];
      for (const { round } of each) measures.push(await round());
      return { ours: Math.max(...measures.map(({ ours }) => ours)), theirs: null };
    },
    stop: async () => {},
  };
}

/** The median of a few calls, in milliseconds; of slow ones, of as many as half a second takes. */
function repeated(call: () => Promise<unknown>): Started {
  return {
    round: async () => {
      const took: number[] = [];
      const end = performance.now() + ROUND_MILLISECONDS;
      while (took.length === 0 || (took.length < CALLS && performance.now() < end)) {
        const begun = performance.now();
        await call();
        took.push(performance.now() - begun);
      }
      return { ours: median(took), theirs: null };
    },
    stop: async () => {},
  };
}
