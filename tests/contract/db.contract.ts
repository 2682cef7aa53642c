/** What every kind of database must do for the backend, beyond SQL: values, transactions, notifications, errors. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectDb } from '../../src/server/store/open-db';
import type { Db } from '../../src/server/store/db';
import { openDatabases, type DatabaseKind, type Databases } from '../support/databases';

const startMs = 60_000;

/** Runs the suite on databases of one kind. */
export function testDb(kind: DatabaseKind): void {
  describe(`database: ${kind}`, () => {
    let databases: Databases;
    let db: Db;
    beforeAll(async () => {
      databases = openDatabases(kind);
      db = await connectDb(await databases.create());
      await db.query("CREATE TABLE mark (id int PRIMARY KEY, note text CHECK (note <> 'bad'))");
    }, startMs);
    beforeEach(async () => void (await db.query('DELETE FROM mark')));
    afterAll(async () => {
      await db.close();
      await databases.stop();
    }, startMs);
    const ids = async (): Promise<number[]> =>
      (await db.query<{ id: number }>('SELECT id FROM mark ORDER BY id')).map(({ id }) => id);

    it('gives every type as agreed', async () => {
      const [row] = await db.query<Record<string, unknown>>(
        `SELECT 9007199254740991::int8 AS int8, (SELECT count(*) FROM mark) AS count, 0.10::numeric AS numeric, DATE '2024-02-29' AS date,
          TIMESTAMPTZ '2024-02-29T12:00:00.123+02' AS at, '\\x00ff10'::bytea AS bytes, '{"a": [1, null, "\\u0000"]}'::json AS json,
          '[true]'::jsonb AS jsonb, ARRAY[1, 2]::int8[] AS int8s, ARRAY['a', NULL, 'b,"'] AS texts, 0.1::float8 AS float8,
          ARRAY[0.5, 'NaN']::float8[] AS floats, true AS yes, NULL::text AS nothing, 'π'::text AS text`
      );
      expect(row).toStrictEqual({
        int8: 9007199254740991,
        count: 0,
        numeric: '0.10',
        date: '2024-02-29',
        at: new Date('2024-02-29T10:00:00.123Z'),
        bytes: Uint8Array.of(0, 255, 16),
        json: { a: [1, null, '\0'] },
        jsonb: [true],
        int8s: [1, 2],
        texts: ['a', null, 'b,"'],
        float8: 0.1,
        floats: [0.5, NaN],
        yes: true,
        nothing: null,
        text: 'π'
      });
    });

    it('takes every type as a parameter and gives it back', async () => {
      const at = new Date('2024-10-27T01:30:00.001Z');
      const body = { text: 'a\0"\ud800', list: [1, 'x', null] };
      const [row] = await db.query(
        `SELECT $1::float8 AS number, $2::text AS text, $3::boolean AS yes, $4::timestamptz AS at, $5::bytea AS bytes, $6::json AS json,
          $7::text[] AS texts, $8::float8[] AS numbers, $9::int8 AS int8, $10::text AS nothing`,
        [
          -0.1,
          "it's",
          false,
          at,
          Uint8Array.of(0, 1),
          JSON.stringify(body),
          ['a,b', '"', '{}', ''],
          [1.5, -2],
          2 ** 40,
          null
        ]
      );
      expect(row).toStrictEqual({
        number: -0.1,
        text: "it's",
        yes: false,
        at,
        bytes: Uint8Array.of(0, 1),
        json: body,
        texts: ['a,b', '"', '{}', ''],
        numbers: [1.5, -2],
        int8: 2 ** 40,
        nothing: null
      });
    });

    it('refuses an int8 that a number cannot hold, and goes on', async () => {
      await expect(db.query('SELECT 9007199254740993::int8')).rejects.toThrow(RangeError);
      expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('tells an error by SQLSTATE and constraint, and goes on', async () => {
      await db.query('INSERT INTO mark VALUES (1)');
      await expect(db.query('INSERT INTO mark VALUES (1)')).rejects.toMatchObject({
        code: '23505',
        constraint: 'mark_pkey'
      });
      await expect(db.query("INSERT INTO mark VALUES (2, 'bad')")).rejects.toMatchObject({
        constraint: 'mark_note_check'
      });
      await expect(db.query('SELEC')).rejects.toMatchObject({ code: '42601' });
      await expect(db.query('SELECT $1::text', ['a\0'])).rejects.toMatchObject({ code: '22021' });
      expect(await ids()).toEqual([1]);
    });

    it('refuses a second statement in the same text', async () => {
      await expect(db.query('INSERT INTO mark VALUES (1); DELETE FROM mark')).rejects.toMatchObject({ code: '42601' });
      expect(await ids()).toEqual([]);
    });

    it('keeps what a transaction did, and nothing of one that threw', async () => {
      const kept = await db.tx(async (queries) => {
        await queries.query('INSERT INTO mark VALUES (1)');
        return 'done';
      });
      expect(kept).toBe('done');
      const fault = new Error('mine');
      await expect(
        db.tx(async (queries) => {
          await queries.query('INSERT INTO mark VALUES (2)');
          throw fault;
        })
      ).rejects.toBe(fault);
      expect(await ids()).toEqual([1]);
    });

    it('does not pretend to have stored a transaction of which a statement failed unheard', async () => {
      const unheard = db.tx(async (queries) => {
        await queries.query('INSERT INTO mark VALUES (1)');
        await queries.query('SELECT 1 / 0').catch(() => {});
      });
      await expect(unheard).rejects.toThrow('nothing was stored');
      expect(await ids()).toEqual([]);
    });

    it('throws inside a transaction on everything but its handle, and on the handle afterwards', async () => {
      let late: (() => Promise<unknown>) | undefined;
      await db.tx(async (queries) => {
        await expect(db.query('SELECT 1')).rejects.toThrow('handle');
        await expect(db.tx(async () => {})).rejects.toThrow('handle');
        await expect((async () => db.listen('some_channel', () => {}))()).rejects.toThrow('handle');
        late = () => queries.query('SELECT 1');
      });
      await expect(late!()).rejects.toThrow('ended');
      expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('lets what a transaction has set going query once it is over', async () => {
      let later: Promise<unknown> | undefined;
      await db.tx(async () => {
        later = pause(20).then(() => db.query('SELECT 1 AS one'));
      });
      expect(await later).toEqual([{ one: 1 }]);
    });

    it('keeps many transactions apart', async () => {
      const work = Array.from({ length: 30 }, (_, id) =>
        db.tx(async (queries) => {
          await queries.query('INSERT INTO mark VALUES ($1)', [id]);
          if (id % 3 === 0) throw new Error('no');
        })
      );
      const ended = await Promise.allSettled(work);
      expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(10);
      expect(await ids()).toHaveLength(20);
    });

    it('tells listeners what was committed, in order, and nothing that was rolled back', async () => {
      const heard: string[] = [];
      const twice: string[] = [];
      const stop = await db.listen('mark_set', (payload) => heard.push(payload));
      const stopTwice = await db.listen('mark_set', (payload) => twice.push(payload));
      const notify = (payload: string, isKept: boolean) =>
        db
          .tx(async (queries) => {
            await queries.query("SELECT pg_notify('mark_set', $1)", [payload]);
            if (!isKept) throw new Error('no');
          })
          .catch(() => {});
      await notify('a', true);
      await notify('b', false);
      await notify('c', true);
      await vi.waitFor(() => expect(heard).toEqual(['a', 'c']));
      await stop();
      await notify('d', true);
      await vi.waitFor(() => expect(twice).toEqual(['a', 'c', 'd']));
      await stopTwice();
      expect(heard).toEqual(['a', 'c']);
      await expect(db.listen('x; DROP TABLE mark', () => {})).rejects.toThrow('Channel');
    });

    it('never holds up the rest of the process while a query runs', async () => {
      let longestGapMs = 0;
      let lastMs = performance.now();
      const timer = setInterval(() => {
        longestGapMs = Math.max(longestGapMs, performance.now() - lastMs);
        lastMs = performance.now();
      }, 5);
      const startedMs = performance.now();
      await db.query('SELECT sum(sqrt(n)) FROM generate_series(1, 2000000) AS n');
      const tookMs = performance.now() - startedMs;
      clearInterval(timer);
      expect(tookMs).toBeGreaterThan(100);
      expect(longestGapMs).toBeLessThan(tookMs / 2);
    });

    it('takes and gives megabytes', async () => {
      const bytes = Uint8Array.from({ length: 4 << 20 }, (_, index) => index);
      const [row] = await db.query<{ bytes: Uint8Array }>('SELECT $1::bytea AS bytes', [bytes]);
      expect(Buffer.compare(row!.bytes, bytes)).toBe(0);
    });

    it('answers after it is closed with an error, and closes twice', async () => {
      const other = await connectDb(await databases.create());
      await other.query('SELECT 1');
      await Promise.all([other.close(), other.close()]);
      await expect(other.query('SELECT 1')).rejects.toThrow();
      await expect(other.tx(async () => {})).rejects.toThrow();
    });
  });
}
