/**
 * Clearing 10,000 pending bids with about 4,000 winners on a real SQLite file, critical values included, against a bare
 * better-sqlite3 transaction that makes the same row changes without hashes and triggers. Prints both and the ratio.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { configSchema } from '../../src/config/schema.ts';
import { derive } from '../../src/config/supply.ts';
import { micro } from '../../src/domain/credits.ts';
import type { Economy } from '../../src/economy/economy.ts';
import { bootstrapAgent } from '../../src/economy/agents/bootstrap-agent.ts';
import { clearCycle } from '../../src/economy/market/clear-cycle.ts';
import { fitPrices } from '../../src/economy/market/fit-prices.ts';
import { openStore } from '../../src/store/store.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { seededRandomness } from '../helpers/seeded-randomness.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

const BIDS = 10_000;
const ROUNDS = 5;
const FILES = [{ path: 'main.py', content: Buffer.from('pass\n'), executable: false }];

function openDeps(path: string): Economy {
  const config = configSchema.parse({ market: { supply: { cpu_seconds: 8_000, memory_mb: 400_000 } } });
  const deps = {
    [STORE]: openStore({ path, create: true, now: 0 }),
    clock: fakeClock(),
    random: seededRandomness('bench'),
    config,
    derived: derive(config, { cores: 2, memoryMb: 16_000 }),
  };
  fitPrices(deps);
  return deps;
}

function fill(deps: Economy): void {
  deps[STORE].transaction(() => {
    for (let number = 0; number < BIDS; number += 1) {
      const amount = micro(5_000_000 + ((number * 7_919) % 10_000) * 100);
      const bundle = {
        cpuMs: 1_000 + ((number * 31) % 2_000),
        memoryMb: 64 + (number % 64),
        tokens: 0,
        attention: 0 as const,
      };
      const placed = bootstrapAgent(deps, { id: `a${number}`, files: FILES, bundle, amount });
      if (!placed.ok) throw new Error(placed.message);
    }
  });
}

function clear(path: string): { milliseconds: number; winners: number } {
  const deps = openDeps(path);
  fill(deps);
  const began = performance.now();
  const { allocated } = clearCycle(deps, { runningMs: 0 });
  const milliseconds = performance.now() - began;
  deps[STORE].close();
  return { milliseconds, winners: allocated.length };
}

/** The same rows, inserted and updated by hand: what SQLite alone costs. */
function bare(path: string, winners: number): number {
  const deps = openDeps(path);
  fill(deps);
  deps[STORE].close();
  const database = new SqliteDatabase(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  for (const name of database.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).pluck().all())
    database.exec(`DROP TRIGGER ${String(name)}`);
  const transfer = database.prepare(
    `INSERT INTO transfers VALUES (?, 'post', 1, ?, 'system:market', 1, 'bid', ?, ?, 0, ?)`,
  );
  const debit = database.prepare('UPDATE accounts SET posted = posted - 1, pending = pending - ? WHERE id = ?');
  const credit = database.prepare(`UPDATE accounts SET posted = posted + 1 WHERE id = 'system:market'`);
  const win = database.prepare(
    `UPDATE bids SET status = 'won', ended_cycle = 1, price_paid = 1, last_reason = 'won' WHERE id = ?`,
  );
  const lose = database.prepare('UPDATE bids SET passed_over = passed_over + 1, last_reason = ? WHERE id = ?');
  const fate = database.prepare('INSERT INTO bid_fates VALUES (?, 1, ?)');
  const execution = database.prepare(
    `INSERT INTO executions (bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, cpu_ms, memory_mb, tokens,
       attention, attention_held, price, reserve_cost, attention_price, wall_ms, allocated_at)
     VALUES (?, 1, ?, ?, ?, 1, 'allocated', 1, 64, 0, 0, 0, 1, 1, 0, 1, 0)`,
  );
  const hash = Buffer.alloc(32);
  const began = performance.now();
  database.transaction(() => {
    const rows = database.prepare(`SELECT id, agent_id, hold_id, amount FROM bids WHERE status = 'pending'`).all() as {
      id: number;
      agent_id: string;
      hold_id: number;
      amount: number;
    }[];
    let id = Number(database.prepare('SELECT MAX(id) FROM transfers').pluck().get());
    for (const row of rows) {
      if (row.id > winners) {
        lose.run('no cpu_seconds left', row.id);
        fate.run(row.id, 'no cpu_seconds left');
        continue;
      }
      id += 1;
      transfer.run(id, row.agent_id, `bid_${row.id}/1`, row.hold_id, hash);
      debit.run(row.amount, row.agent_id);
      credit.run();
      win.run(row.id);
      fate.run(row.id, 'won');
      execution.run(row.id, row.agent_id, row.agent_id, row.agent_id);
    }
  })();
  const milliseconds = performance.now() - began;
  database.close();
  return milliseconds;
}

const directory = mkdtempSync(join(tmpdir(), 'bp-clearing-'));
const ratios: number[] = [];
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { milliseconds, winners } = clear(join(directory, `clear-${round}.db`));
    const floor = bare(join(directory, `bare-${round}.db`), winners);
    ratios.push(milliseconds / floor);
    const figures = `clearing ${milliseconds.toFixed(0)} ms, bare ${floor.toFixed(0)} ms, ratio ${(milliseconds / floor).toFixed(2)}`;
    console.log(`${BIDS} bids, ${winners} winners: ${figures}`);
  }
  console.log(`median ratio ${ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]?.toFixed(2)} (at most 4)`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
