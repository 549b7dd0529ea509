import SqliteDatabase from 'better-sqlite3';

export interface LargeEconomy {
  readonly agents: number;
  readonly executions: number;
  readonly cycles: number;
}

/** Ten thousand agents and a million executions: what the page has to show without holding up the market. */
export const LARGE: LargeEconomy = { agents: 10_000, executions: 1_000_000, cycles: 100_000 };

/**
 * Fills an empty database with a long past, straight into its tables and past their triggers: a minute, where the use
 * cases would take days. Balances agree with the transfers; the chain of hashes is made up, so `audit` would
 * object, and no cycle can be cleared again.
 */
export function fillLargeEconomy(path: string, { agents, executions, cycles }: LargeEconomy): void {
  const database = new SqliteDatabase(path);
  database.pragma('foreign_keys = OFF');
  database.pragma('synchronous = OFF');
  const triggers = database
    .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
    .all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  const numbers = (count: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`;
  const perCycle = Math.max(1, Math.ceil(executions / cycles));
  // Every tenth agent is a root; the others descend from one of them, some of them far down.
  const parent = `CASE WHEN i % 10 = 0 THEN NULL WHEN i % 10 < 4 THEN 'a-' || (i - i % 10) ELSE 'a-' || (i - 1) END`;
  // One agent in ten runs as often as all others together.
  const agent = `'a-' || (CASE WHEN i % 2 = 0 THEN (i / 2) % ${agents} ELSE (i * 7) % ${Math.ceil(agents / 10)} END)`;
  const at = `(1700000000000 + (i / ${perCycle}) * 10000)`;
  database.exec(`BEGIN;
    INSERT INTO accounts (id) ${numbers(agents)} SELECT 'a-' || i FROM n;
    INSERT INTO agents (id, parent_id, lineage_id, status, born_cycle, born_running_ms, born_at, last_seen_cycle)
      ${numbers(agents)} SELECT 'a-' || i, ${parent}, 'a-' || (i - i % 10),
        CASE WHEN i % 3 = 0 THEN 'dead' WHEN i % 3 = 1 THEN 'dormant' ELSE 'alive' END, i, i, 1700000000000 + i, i FROM n;
    INSERT INTO cycles (cycle, at, duration_ms, paused, bids, competing, winners, expired, revenue, supply, held, demand,
        utilisation, prices_before, prices_after, head, moment, standing)
      ${numbers(cycles)} SELECT i + 1, 1700000000000 + i * 10000, 3.5, 0, 20, 15, ${perCycle}, 0, 6000000,
        '{"cpu_seconds":16,"memory_mb":3200,"tokens":0,"attention":1}', '{"cpu_seconds":0,"memory_mb":64,"tokens":0,"attention":1}',
        '{"cpu_seconds":' || (i % 17) || ',"memory_mb":640,"tokens":0,"attention":1}',
        '{"cpu_seconds":' || (i % 10) / 10.0 || ',"memory_mb":0.2,"tokens":0,"attention":1}',
        '{"cpu_seconds":' || (1 + (i % 100) / 50.0) || ',"memory_mb":0.01,"tokens":0,"attention":2}',
        '{"cpu_seconds":' || (1 + (i % 100) / 50.0) || ',"memory_mb":0.01,"tokens":0,"attention":2}',
        hex(randomblob(32)), replace(hex(zeroblob(700)), '0', 'x'), NULL FROM n;
    INSERT INTO bids (payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount, reserve_at_placing,
        status, hold_id, earliest_cycle, placed_cycle, placed_at, ended_cycle, price_paid, last_reason)
      ${numbers(executions)} SELECT ${agent}, ${agent}, 'a-0', 1000, 64, 0, i % 5 = 0, 1000, 600, 'won', 1,
        i / ${perCycle}, i / ${perCycle}, ${at}, i / ${perCycle} + 1, 600, 'won' FROM n;
    INSERT INTO executions (bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, cpu_ms, memory_mb, tokens,
        attention, attention_held, price, reserve_cost, attention_price, wall_ms, allocated_at, started_at, ended_at,
        outcome, detail, exit_code, used_cpu_ms, used_memory_bytes, used_wall_ms, workspace_bytes, output_bytes)
      ${numbers(executions)} SELECT i + 1, 1, ${agent}, ${agent}, 'a-' || ((i / 2) % ${agents} / 10 * 10),
        i / ${perCycle} + 1, 'settled', 1000, 64, 0, i % 5 = 0, 0, 600, 600, 0, 60000, ${at}, ${at}, ${at} + 900,
        CASE WHEN i % 1000 = 7 THEN 'wall_exceeded' WHEN i % 50 = 1 THEN 'agent_error' ELSE 'completed' END,
        'it ended', 0, 400.5, 30000000, 900, 4096, 120 FROM n;
    INSERT INTO prompts (execution_id, agent_id, payer_id, title, content, status, submitted_at, ended_at, ended_cycle,
        opened_at, interesting, useful, understandable, reward)
      ${numbers(Math.floor(executions / 5))} SELECT i * 5 + 1, agent_id, agent_id, 'A letter',
        replace(hex(zeroblob(1500)), '0', 'word '), 'scored', ended_at, ended_at + 60000, cycle + 6, ended_at,
        i % 11, (i * 7) % 11, (i * 3) % 11, 1000000 * (i % 11) FROM n JOIN executions ON executions.id = i * 5 + 1;
    INSERT INTO transfers (type, cycle, debit, credit, amount, kind, ref, at, hash)
      ${numbers(agents)} SELECT 'single', 0, 'system:issuance', 'a-' || i, 1000000000, 'genesis_grant', 'a-' || i || '/1',
        1700000000000, randomblob(32) FROM n;
    INSERT INTO transfers (type, cycle, debit, credit, amount, kind, ref, pending_id, at, hash)
      ${numbers(executions * 2)} SELECT CASE WHEN i % 2 = 0 THEN 'pending' ELSE 'post' END, b.placed_cycle, b.payer_id,
        'system:market', CASE WHEN i % 2 = 0 THEN 1000 ELSE 600 END, 'bid', 'bid_' || b.id || '/1',
        CASE WHEN i % 2 = 0 THEN NULL ELSE i + ${agents} END, b.placed_at, randomblob(32) FROM n JOIN bids b ON b.id = i / 2 + 1;
    INSERT INTO transfers (type, cycle, debit, credit, amount, kind, ref, at, hash)
      SELECT 'single', ended_cycle, 'system:issuance', agent_id, reward, 'reward', 'prompt_' || id, ended_at, randomblob(32)
        FROM prompts WHERE reward > 0;
    CREATE TEMP TABLE moved AS SELECT account, SUM(amount) AS amount FROM (
      SELECT debit AS account, -amount AS amount FROM transfers WHERE type IN ('single', 'post')
      UNION ALL SELECT credit, amount FROM transfers WHERE type IN ('single', 'post')) GROUP BY 1;
    CREATE INDEX temp.moved_by ON moved (account);
    UPDATE accounts SET posted = COALESCE((SELECT amount FROM moved WHERE account = accounts.id), 0);
    UPDATE economy_state SET cycle = ${cycles}, cleared_at = 1700000000000 + ${cycles} * 10000;
    COMMIT;`);
  for (const { sql } of triggers) database.exec(sql);
  database.close();
}
