import { statSync } from 'node:fs';
import { Kysely } from 'kysely';
import type { DatabaseLocation } from '../config/value-types.ts';
import type { AuditHead } from '../ids.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { LACKING_REMEDY } from '../store/audit-head.ts';
import { hasAuditLog, rowsOf, type Verdict, verify } from '../store/audit-log.ts';
import { hasEntry } from '../store/newest-entry.ts';
import { postgres } from '../store/postgres.ts';
import { ownerOf } from '../store/sqlite-owner.ts';
import type { AuditRow, Tables } from '../store/tables.ts';
import { type CrossCheck, CrossChecker } from './cross-check.ts';
import { counted, type Finding, fine, notKnown, off, wrong } from './finding.ts';
import { openSqliteToRead } from './store-sqlite.ts';

const NOTHING_YET = off('There is no audit log yet. The first start makes it.');

/**
 * Whether the audit log is whole, agrees with what is kept beside it, and has the entry that was noted. Not quick: it
 * reads all of it.
 *
 * @param noted AUDIT_HEAD
 */
export async function checkAuditChain(location: DatabaseLocation, noted?: AuditHead): Promise<Finding[]> {
  try {
    const nothing = noted ? lacking(noted) : NOTHING_YET;
    if (location.kind === 'sqlite' && !statSync(location.path, { throwIfNoEntry: false })) return [nothing];
    const untyped =
      location.kind === 'sqlite'
        ? openSqliteToRead(location.path, ownerOf(location.path))
        : new Kysely<unknown>({ dialect: postgres(location.url).dialect });
    try {
      const database = untyped.withTables<Tables>();
      if (!(await hasAuditLog(database))) return [nothing];
      const isThere = noted === undefined || (await hasEntry(database, noted));
      return [finding(await readAuditLog(database)), ...(isThere ? [] : [lacking(noted)])];
    } finally {
      await untyped.destroy();
    }
  } catch (error) {
    return [notKnown(`The audit log could not be checked: ${reasonOf(error)}.`)];
  }
}

/** What a log was found to be. `checked`: null where its chain is broken, as then nothing can be compared with it. */
type ReadLog = { verdict: Verdict; checked: CrossCheck | null };

/** Follows the chain and holds it against the tables, both as they are at one moment, while a bot goes on writing. */
export async function readAuditLog(
  database: Kysely<Tables>,
  see: (row: AuditRow) => void = () => {},
): Promise<ReadLog> {
  const checker = new CrossChecker();
  const snapshot = database.transaction().setIsolationLevel('repeatable read');
  return await snapshot.execute(async (reader) => {
    const verdict = await verify(
      (async function* () {
        for await (const row of rowsOf(reader)) {
          see(row);
          checker.add(row);
          yield row;
        }
      })(),
    );
    return { verdict, checked: verdict.whole ? await checker.against(reader) : null };
  });
}

function lacking({ seq }: AuditHead): Finding {
  return wrong(
    `The audit log lacks entry ${seq} as AUDIT_HEAD names it, so the bot won't start.`,
    LACKING_REMEDY,
  );
}

function finding({ verdict, checked }: ReadLog): Finding {
  const [problem, ...more] = verdict.whole
    ? (checked?.problems ?? [])
    : [`entry ${verdict.seq}: ${verdict.problem}`];
  if (problem === undefined) {
    const count = counted(verdict.whole ? verdict.entries : 0, 'entry', 'entries');
    return fine(`The audit log is whole and agrees with the tables beside it (${count}).`);
  }
  const others = more.length > 0 ? ` There are ${more.length} more problems.` : '';
  return wrong(
    `The audit log is broken: ${problem}.${others}`,
    'Run `npm run audit -- verify` for the whole list, and find out who could write to the database.',
  );
}
