/**
 * What a value of PostgreSQL is in JavaScript: one table for both kinds of database, in place of the driver's own, which gives counts as
 * text and dates at local midnight.
 */
import { types } from 'pg';

const readTextArray = types.getTypeParser(1009 as never) as (text: string) => (string | null)[];

/** By the object id of the type, as `pg_type` has it on every PostgreSQL. */
const parsers: Record<number, (text: string) => unknown> = {
  // bytea
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')),
  // int8, and what count(*) gives
  20: readInt8,
  // date
  1082: (text) => text,
  // numeric
  1700: (text) => text,
  // int8[]
  1016: (text) => readTextArray(text).map((item) => (item === null ? null : readInt8(item))),
  // date[] and numeric[]
  1182: readTextArray,
  1231: readTextArray
};

/** Parsers of result columns for `pg`; what is not agreed on here is the driver's. */
export const sqlTypes = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    parsers[oid] ?? types.getTypeParser(oid as never, format as never)) as typeof types.getTypeParser
};

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is beyond 2^53`);
  return value;
}
