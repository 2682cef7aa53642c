/** What a database consists of, as a backup sees it: tables in an order in which rows can be written, their columns, their counters. */
import type { Queries } from '../store/db';

/** A table of the schema `public`. */
export interface Table {
  name: string;
  /** Columns that hold data, with their SQL types; computed ones make themselves. */
  columns: { name: string; type: string }[];
  /** Parts of a partitioned table, made while it was used. */
  partitions: { name: string; bound: string }[];
}

/** A counter behind a column. */
export interface Sequence {
  name: string;
  value: number;
}

/** What migrating writes itself. */
const ledgerTable = 'schema_migration';

/** All tables but that of the migrations: each after those that its foreign keys name. Throws where they name each other in a ring. */
export async function readTables(queries: Queries): Promise<Table[]> {
  const tables = await queries.query<Table & { needs: string[] }>(
    `SELECT c.relname::text AS name,
        (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
        (SELECT coalesce(json_agg(json_build_object('name', p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) ORDER BY p.relname), '[]')
          FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid AND p.relispartition) AS partitions,
        ARRAY(SELECT DISTINCT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
          WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS needs
      FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> $1
      ORDER BY c.relname`,
    [ledgerTable]
  );
  const ordered: Table[] = [];
  const names = new Set<string>();
  while (ordered.length < tables.length) {
    const next = tables.find(({ name, needs }) => !names.has(name) && needs.every((need) => names.has(need)));
    if (!next)
      throw new Error('Tables whose foreign keys name each other in a ring cannot be written one after the other.');
    names.add(next.name);
    ordered.push({ name: next.name, columns: next.columns, partitions: next.partitions });
  }
  return ordered;
}

/** Counters that have counted. */
export async function readSequences(queries: Queries): Promise<Sequence[]> {
  return queries.query<Sequence>(
    `SELECT sequencename::text AS name, last_value AS value FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename`
  );
}

/** A name as it stands in a statement. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Values as text come out, and go in, the same on every server. */
export async function fixTextForms(queries: Queries): Promise<void> {
  const forms = {
    timezone: 'UTC',
    datestyle: 'ISO',
    intervalstyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '1'
  };
  for (const [name, value] of Object.entries(forms))
    await queries.query('SELECT set_config($1, $2, true)', [name, value]);
}
