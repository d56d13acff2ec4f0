import { type RawBuilder, sql } from 'kysely';

/**
 * Whom an entry of the audit log is about, as expressions over `details`. The database keeps an index on each, whichever
 * version writes the entry. A migration makes the indexes from these expressions, and a query finds an index by the very
 * same one: to change an expression takes a migration that makes its index anew.
 *
 * All are without letter case as far as the database's `lower` knows letters: those of ASCII on SQLite, on PostgreSQL those
 * of the database's locale.
 */
export type AuditNames = {
  login: RawBuilder<string | null>;
  name: RawBuilder<string | null>;
  /** The name that the change gives the user. */
  newName: RawBuilder<string | null>;
  /** What a login or name that somebody typed is compared as. */
  typed(text: string): RawBuilder<string>;
};

/** An entry of a PostgreSQL index takes 2,700 bytes, and a character has up to 4. A name that can be set has up to 255. */
const CHARACTERS = sql.lit(300);

const folded = <T>(text: RawBuilder<T>) => sql<T>`substr(lower(${text}), 1, ${CHARACTERS})`;

/** Writing an entry never fails for what is in its details, even if they are no JSON. */
const inJson = (value: RawBuilder<unknown>) =>
  folded(sql<string | null>`case when json_valid(details) then ${value} end`);

export const SQLITE_NAMES: AuditNames = {
  login: inJson(sql`json_extract(details, '$.login')`),
  name: inJson(sql`json_extract(details, '$.name')`),
  newName: inJson(
    sql`coalesce(json_extract(details, '$.settings.name'), json_extract(details, '$.action.changes.name'))`,
  ),
  typed: (text) => folded(sql<string>`cast(${text} as text)`),
};

/** The order of a locale changes with the operating system, and an index in such an order would then be wrong. */
const ordered = <T>(text: RawBuilder<T>) => sql<T>`(${folded(text)} collate "C")`;

/**
 * A JSON string behind what the pattern matches, with its escapes: PostgreSQL's JSON has no NUL character, so a cast would
 * refuse an entry. In a JSON text, `"login":` is never part of a string, as its quotes would be escaped there.
 */
const inText = (before: string) =>
  ordered(sql<string | null>`substring(details from ${sql.lit(`${before}"((?:[^"\\\\]|\\\\.)*)"`)})`);

export const POSTGRES_NAMES: AuditNames = {
  login: inText('"login":'),
  name: inText('"name":'),
  newName: inText('"(?:settings|changes)":\\{[^{}]*"name":'),
  typed: (text) => ordered(sql<string>`cast(${JSON.stringify(text).slice(1, -1)} as text)`),
};
