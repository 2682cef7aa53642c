/**
 * The lines of a backup: gzipped JSON, one value a line. A header, then each table with its rows as arrays of text, then the end, which says
 * how many rows there were. Text, because it is what both kinds of database read and write alike.
 */
import * as v from 'valibot';

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const backupFormat = 'pumpside-backup';

export const headerSchema = v.object({
  format: v.literal(backupFormat),
  version: v.literal(1),
  madeAtMs: v.number(),
  /** Applied migrations, in their order. */
  migrations: v.array(v.object({ name: v.string(), sha256: v.string() }))
});
export type Header = v.InferOutput<typeof headerSchema>;

/** Bounds and types become part of statements, so they may hold no more than such things do. */
const type = v.pipe(v.string(), v.regex(/^[\w ]+(\([\d, ]+\))?( with(out)? time zone)?(\[\])*$/));
const bound = v.pipe(v.string(), v.regex(/^(DEFAULT|FOR VALUES [^;]*)$/));

export const tableSchema = v.object({
  table: name,
  columns: v.pipe(v.array(v.object({ name, type })), v.minLength(1)),
  partitions: v.array(v.object({ name, bound }))
});
export type TableLine = v.InferOutput<typeof tableSchema>;

export const rowSchema = v.array(v.nullable(v.string()));

export const endSchema = v.object({
  end: v.literal(true),
  rows: count,
  sequences: v.array(v.object({ name, value: count }))
});
