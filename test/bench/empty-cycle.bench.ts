/**
 * A cycle with no bids on a real SQLite file: with 1,000 dormant agents and nothing else, and after a long history of
 * 100,000 bids, executions and prompts. Prints median and worst of both.
 */
import SqliteDatabase from 'better-sqlite3';
import { withdrawBid } from '../../src/economy/market/withdraw-bid.ts';
import { makeAgent, nextCycle, openTestEconomy, type TestEconomy } from '../helpers/economy.ts';

const AGENTS = 1_000;
const CYCLES = 500;
const HISTORY = 100_000;
const FIRST = AGENTS + 1;

const numbers = `WITH RECURSIVE n (i) AS (SELECT ${FIRST} UNION ALL SELECT i + 1 FROM n WHERE i < ${HISTORY})`;

function measure(economy: TestEconomy, what: string): void {
  nextCycle(economy);
  const milliseconds = Array.from({ length: CYCLES }, () => {
    const began = performance.now();
    nextCycle(economy);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  const median = milliseconds[CYCLES / 2] ?? 0;
  const worst = milliseconds.at(-1) ?? 0;
  console.log(`${what}: median ${median.toFixed(2)} ms, worst ${worst.toFixed(2)} ms (median under 5)`);
}

/** Rows as a long life leaves them. They are not in the ledger, which no cycle reads. */
function addHistory(path: string): void {
  const database = new SqliteDatabase(path);
  database.pragma('foreign_keys = OFF');
  database.exec(`
    BEGIN;
    ${numbers}
    INSERT INTO bids (id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount,
      reserve_at_placing, status, hold_id, earliest_cycle, placed_cycle, placed_at)
    SELECT i, 'a1', 'a1', 'a1', 1000, 64, 0, 0, 5, 5, 'withdrawn', 1, 0, 0, 0 FROM n;
    ${numbers}
    INSERT INTO executions (id, bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, outcome, cpu_ms,
      memory_mb, tokens, attention, attention_held, price, reserve_cost, attention_price, wall_ms, allocated_at)
    SELECT i, i, 1, 'a1', 'a1', 'a1', 0, 'settled', 'completed', 1000, 64, 0, 1, 0, 5, 5, 5, 1000, 0 FROM n;
    ${numbers}
    INSERT INTO prompts (id, execution_id, agent_id, payer_id, content, status, submitted_at, ended_at, handed_to)
    SELECT i, i, 'a1', 'a1', hex(zeroblob(500)), 'skipped', 0, 0, i FROM n;
    COMMIT`);
  database.close();
}

const economy = openTestEconomy({ overrides: ['lifecycle.dormant_seconds=10000000'] });
try {
  economy.store.transaction(() => {
    for (let number = 0; number < AGENTS; number += 1) makeAgent(economy, `a${number}`);
    for (const bid of economy.store.bids.pending()) withdrawBid(economy, bid.payerId, bid.id);
  });
  measure(economy, 'a cycle with no bids');
  addHistory(economy.databasePath);
  measure(economy, `the same after ${HISTORY.toLocaleString('en-US')} bids, executions and prompts`);
} finally {
  economy.close();
}
