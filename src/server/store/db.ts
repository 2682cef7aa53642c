/**
 * The database as the backend sees it: one SQL dialect (PostgreSQL 15, no extensions) on PGlite or PostgreSQL. Values come back the same from
 * both: int8 and count as numbers (an error beyond 2^53), numeric as text, date as `YYYY-MM-DD`, timestamptz as `Date`, bytea as `Uint8Array`, json parsed.
 */

/** A parameter of a query. JSON goes in as `JSON.stringify(x)` with `$1::jsonb`. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null | SqlValue[];

export interface Queries {
  /** Rows of one statement. */
  query<Row extends object>(text: string, params?: SqlValue[]): Promise<Row[]>;
}

export interface Db extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Runs `work` in one transaction; what it throws rolls back and is thrown on. Inside, only the handle given may be used: `db.query` throws. */
  tx<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Calls back for every notification on the channel that was committed, and once with an empty payload after a lost connection came back. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
