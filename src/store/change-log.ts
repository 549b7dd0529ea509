import type { Database } from './database.ts';

/** The tables whose rows an auditor follows, with the columns that it reads, in its order. The first one is the key. */
const FOLLOWED = {
  bids: `id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount, reserve_at_placing, status,
    attempt, hold_id, passed_over, earliest_cycle, ended_cycle, price_paid, order_id, goes_first`,
  standing_orders: `id, agent_id, began_cycle, until_cycle, day_cycles, amount, credits_per_day, due_cycle, ended_cycle`,
  executions: `id, bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, cpu_ms, memory_mb, tokens, attention,
    attention_held, price, reserve_cost, attention_price, started_at, outcome, stop_requested, used_tokens`,
  prompts: `id, execution_id, agent_id, payer_id, status, opened_running_ms, interesting, useful, understandable, reward,
    refund, handed_to, request_id, royalty, acted_at, attention_ms`,
  agents: `id, parent_id, lineage_id, status, stopped, life, dormant_since_cycle, restarts`,
  royalties: `id, agent_id, place, to_id, to_life, share_ppm`,
  lots: `id, agent_id, lineage_id, status, placed_running_ms, execution_id`,
  messages: `id, from_id, to_id, handed_to`,
  requests: `id, until, closed_at, answered_by`,
  model_calls: `id, execution_id, reserved, outcome, billed`,
} as const;

export type FollowedTable = keyof typeof FOLLOWED;

/** One row as it stands in the database, in the order of the columns above; nothing of it is believed yet. */
export type RawRow = readonly (string | number | null)[];

export interface Change {
  readonly table: FollowedTable;
  readonly key: number | string;
  /** Undefined where the row is gone. */
  readonly row: RawRow | undefined;
}

/** A row of the ledger: id, type, cycle, debit, credit, amount, kind, ref, pending id, at, hash in hexadecimal. */
export type RawTransfer = readonly [
  number,
  string,
  number,
  string,
  string,
  number,
  string,
  string,
  number | null,
  number,
  string,
];

export type ChangeLog = ReturnType<typeof changeLog>;

/**
 * What each transaction changed, row by row, as the rows stand afterwards. An auditor needs that who follows the
 * economy without believing its code. It uses temporary triggers, so it sees what this connection writes, and nothing
 * of it is in the file.
 */
export function changeLog(database: Database) {
  const tables = Object.keys(FOLLOWED) as FollowedTable[];
  database.pragma('temp_store = MEMORY');
  database.exec('CREATE TEMP TABLE changes (follows INTEGER NOT NULL, key)');
  for (const [number, table] of tables.entries()) {
    for (const [event, row] of [
      ['INSERT', 'NEW'],
      ['UPDATE', 'NEW'],
      ['DELETE', 'OLD'],
    ] as const)
      database.exec(
        `CREATE TEMP TRIGGER follow_${table}_${event} AFTER ${event} ON main.${table}
         BEGIN INSERT INTO changes VALUES (${number}, ${row}.id); END`,
      );
  }
  const changes = database.prepare<[], [number, number | string]>('SELECT follows, key FROM temp.changes').raw();
  const clear = database.prepare('DELETE FROM temp.changes');
  const rows = tables.map((table) =>
    database.prepare<[number | string], RawRow>(`SELECT ${FOLLOWED[table]} FROM main.${table} WHERE id = ?`).raw(),
  );
  const transfers = database
    .prepare<[number], RawTransfer>(
      `SELECT id, type, cycle, debit, credit, amount, kind, ref, pending_id, at, lower(hex(hash))
         FROM transfers WHERE id > ? ORDER BY id`,
    )
    .raw();
  const accounts = database.prepare<[], [string, number, number]>('SELECT id, posted, pending FROM accounts').raw();
  const account = database
    .prepare<[string], [number, number]>('SELECT posted, pending FROM accounts WHERE id = ?')
    .raw();
  const totals = database
    .prepare<[], [number, number, number]>('SELECT posted, pending, held FROM ledger_totals')
    .raw();
  const state = database
    .prepare<[], [number, number, number, string | null, number | null, number | null]>(
      'SELECT cycle, running_ms, human_away, paused_reason, operator_paused_at, cleared_at FROM economy_state',
    )
    .raw();
  const markets = database
    .prepare<[], [string, number, number | null]>('SELECT resource, price, smoothed_demand FROM markets')
    .raw();
  const given = database
    .prepare<[], [number, number]>('SELECT day * 24 + hour, given_ms FROM attention_hours WHERE given_ms > 0')
    .raw();
  const cycle = database
    .prepare<[number], [number, number, number, string, string]>(
      'SELECT competing, winners, revenue, head, moment FROM cycles WHERE cycle = ?',
    )
    .raw();
  const moment = database.prepare<[number], string>('SELECT moment FROM cycles WHERE cycle = ?').pluck();

  return {
    /** The rows that were changed since the last time, each once, as they stand now. */
    take(): readonly Change[] {
      const noted = changes.all();
      if (noted.length === 0) return [];
      clear.run();
      const seen = tables.map(() => new Set<number | string>());
      return noted.flatMap(([number, key]) => {
        if (seen[number]?.has(key)) return [];
        seen[number]?.add(key);
        return [{ table: tables[number]!, key, row: rows[number]!.get(key) }];
      });
    },
    transfersAfter: (id: number): readonly RawTransfer[] => transfers.all(id),
    account: (id: string) => account.get(id),
    accounts: () => accounts.all(),
    totals: () => totals.get(),
    state: () => state.get(),
    markets: () => markets.all(),
    /** By hours since 1970: the milliseconds of attention that the operator gave beyond the configuration's. */
    given: () => given.all(),
    cycle: (number: number) => cycle.get(number),
    /** What that cycle was cleared from, as it recorded it. */
    momentOf: (number: number) => moment.get(number),
  };
}
