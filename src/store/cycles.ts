import type { Database } from './database.ts';

/** What one turn of the market leaves behind. The JSON columns are records by resource, in the API's units. */
export interface CycleRecord {
  readonly cycle: number;
  readonly at: number;
  readonly durationMs: number;
  readonly paused: number;
  readonly bids: number;
  readonly competing: number;
  readonly winners: number;
  readonly expired: number;
  readonly revenue: number;
  readonly supply: string;
  readonly held: string;
  readonly demand: string;
  readonly utilisation: string;
  readonly pricesBefore: string;
  readonly pricesAfter: string;
  readonly head: string;
}

/** What a cycle was cleared from. It grows with the bids that stood, so only who asks for it reads it. */
export interface CycleClearing {
  readonly moment: string;
  readonly standing: string;
}

const COLUMNS = `cycle, at, duration_ms AS durationMs, paused, bids, competing, winners, expired, revenue, supply, held,
  demand, utilisation, prices_before AS pricesBefore, prices_after AS pricesAfter, head`;

const PAGE = 1000;

export type Cycles = ReturnType<typeof cyclesTable>;

export function cyclesTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO cycles (cycle, at, duration_ms, paused, bids, competing, winners, expired, revenue, supply, held,
       demand, utilisation, prices_before, prices_after, head, moment, standing)
     VALUES (@cycle, @at, @durationMs, @paused, @bids, @competing, @winners, @expired, @revenue, @supply, @held,
       @demand, @utilisation, @pricesBefore, @pricesAfter, @head, @moment, @standing)`,
  );
  const page = database.prepare<[number, number], CycleRecord>(
    `SELECT ${COLUMNS} FROM cycles WHERE cycle < ? ORDER BY cycle DESC LIMIT ? + 0`,
  );
  const spread = database.prepare<[object], CycleRecord>(
    `WITH RECURSIVE at (c) AS (SELECT @from UNION ALL SELECT c + @step FROM at WHERE c + @step <= @to)
     SELECT ${COLUMNS} FROM at JOIN cycles ON cycle = c ORDER BY c`,
  );
  const ends = database
    .prepare<[], [number | null, number | null]>(
      'SELECT (SELECT MIN(cycle) FROM cycles), (SELECT MAX(cycle) FROM cycles)',
    )
    .raw();
  const one = database.prepare<[number], CycleRecord>(`SELECT ${COLUMNS} FROM cycles WHERE cycle = ?`);
  const clearing = database.prepare<[number], CycleClearing>(
    'SELECT moment, standing FROM cycles WHERE cycle = ? AND standing IS NOT NULL',
  );
  const hasClearing = database
    .prepare<[number], number>('SELECT EXISTS (SELECT 1 FROM cycles WHERE cycle = ? AND standing IS NOT NULL)')
    .pluck();
  const unasked = database
    .prepare<[number], number>(`SELECT cycle FROM cycles WHERE cycle >= ? AND json_extract(moment, '$.human_away') = 1`)
    .pluck();
  const forget = database.prepare('DELETE FROM cycles WHERE cycle < ?');

  return {
    insert: (record: CycleRecord & CycleClearing): void => void insert.run(record),
    find: (cycle: number): CycleRecord | undefined => one.get(cycle),
    /** Undefined where an earlier version of the program cleared it, or its record is gone. */
    clearing: (cycle: number): CycleClearing | undefined => clearing.get(cycle),
    hasClearing: (cycle: number): boolean => hasClearing.get(cycle) === 1,
    /** The newest first, with numbers under `before`. */
    page: (before: number, limit: number): readonly CycleRecord[] => page.all(before, limit),
    /** Every `step`th from one to another, the oldest first. */
    spread: (span: { readonly from: number; readonly to: number; readonly step: number }): readonly CycleRecord[] =>
      spread.all(span),
    /** The oldest and the newest that are kept; undefined where none is. */
    ends(): { readonly oldest: number; readonly newest: number } | undefined {
      const [oldest, newest] = ends.get() ?? [null, null];
      return oldest === null || newest === null ? undefined : { oldest, newest };
    },
    /** From this one on, those in which the human was not to be asked. */
    unaskedSince: (cycle: number): ReadonlySet<number> => new Set(unasked.all(cycle)),
    /** All with numbers under `before`, the newest first, read a page at a time. */
    *pagesBefore(before: number): Generator<CycleRecord> {
      for (let rows = page.all(before, PAGE); rows.length > 0; rows = page.all(rows.at(-1)!.cycle, PAGE)) yield* rows;
    },
    forgetBefore: (cycle: number): void => void forget.run(cycle),
  };
}
