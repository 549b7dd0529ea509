import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { micro } from '../../src/domain/credits.ts';
import { bootstrapAgent } from '../../src/economy/agents/bootstrap-agent.ts';
import { scorePrompt, skipPrompt } from '../../src/economy/attention/end-prompt.ts';
import { sendMessage } from '../../src/economy/agents/send-message.ts';
import { spawnAgent } from '../../src/economy/agents/spawn-agent.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import { withdrawBid } from '../../src/economy/market/withdraw-bid.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from './economy.ts';

const MAIN_PY = { path: 'main.py', content: Buffer.from('pass\n'), executable: false };
const credits = (amount: number) => micro(amount * 1_000_000);

/** An economy in which everything that moves credits has happened at least once. */
export interface EventfulEconomy extends TestEconomy {
  /** The chain's head at some time in between. */
  readonly earlierHead: string;
  /** The SQL of all triggers, which a tampered copy has none of. */
  readonly triggers: string;
  /** Opens a copy that was changed past all triggers, indexes and constraints. */
  tampered(tampering: Tampering): Store;
  /** The same, as a file that nobody has open. */
  tamperedFile(tampering: Tampering): string;
}

export interface Tampering {
  readonly sql: string;
  /** A forger who knows the chain computes all hashes anew. */
  readonly rehash?: boolean;
  /** And one who knows the balances makes them agree with the rows. */
  readonly rebalance?: boolean;
}

export function openEventfulEconomy(): EventfulEconomy {
  const economy = openTestEconomy({
    overrides: ['lifecycle.dormant_seconds=20', 'attention.prompt_ttl_seconds=25', 'market.ttl_seconds=10'],
  });
  const callerOf = (id: string) => {
    const { execution } = runningAgent(economy, id, { bundle: WITH_ATTENTION });
    return { executionId: execution.id, agentId: id };
  };
  const scored = callerOf('scored');
  accepted(submitPrompt(economy, scored, { content: 'mark me' }));
  economy.store.modelCalls.insert({
    ...{ executionId: scored.executionId, cycle: 1, provider: 'one', model: 'gpt', route: '/v1/chat/completions' },
    ...{ reserved: 0, reservedMoney: 90, beganAt: economy.clock.now() },
  });
  settle(economy, scored.executionId);
  accepted(scorePrompt(economy, 1, { interesting: 7, useful: 8, understandable: 9 }, null));

  const skipped = callerOf('skipped');
  accepted(submitPrompt(economy, skipped, { content: 'skip me' }));
  accepted(skipPrompt(economy, 2));
  settle(economy, skipped.executionId, 'agent_error');

  const earlierHead = economy.store.transfers.head().hash;

  const faulty = callerOf('faulty');
  accepted(submitPrompt(economy, faulty, { content: 'nobody is there' }));
  for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
  settle(economy, faulty.executionId, 'system_fault');

  makeAgent(economy, 'parent');
  accepted(sendMessage(economy, 'parent', { to: 'faulty', content: 'hello' }));
  accepted(transferCredits(economy, 'parent', { to: 'faulty', amount: credits(3) }));
  accepted(
    spawnAgent(economy, 'parent', {
      id: 'child',
      initialCredits: credits(300),
      firstBid: { bundle: BARE, amount: credits(10) },
      files: [MAIN_PY],
    }),
  );
  accepted(withdrawBid(economy, 'parent', bidFor(economy, 'parent')));
  bidFor(economy, 'parent', { bundle: { ...BARE, memoryMb: 3200 } });
  for (let cycle = 0; cycle < 4; cycle++)
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
  // Dead of having no bid: what is left is burnt, and one of them is revived.
  for (let cycle = 0; cycle < 6; cycle++) nextCycle(economy);
  accepted(bootstrapAgent(economy, { id: 'child', files: undefined, amount: credits(20), bundle: BARE }));
  runWinners(economy);
  bidFor(economy, 'child');
  makeAgent(economy, 'stopped');
  const honest = join(economy.home, 'honest.db');
  const original = new SqliteDatabase(economy.databasePath);
  original.prepare('VACUUM INTO ?').run(honest);
  const triggers = original
    .prepare<[], string>(`SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger' AND sql IS NOT NULL`)
    .pluck()
    .all()
    .join('\n');
  original.close();
  let copies = 0;
  const tamperedFile = (tampering: Tampering) => {
    const path = join(economy.home, `copy-${copies++}.db`);
    copyFileSync(honest, path);
    tamper(path, tampering);
    return path;
  };
  return {
    ...economy,
    earlierHead,
    triggers,
    tamperedFile,
    tampered: (tampering) => openStore({ path: tamperedFile(tampering), create: false, now: 0 }),
  };
}

export function tamper(path: string, { sql, rehash = false, rebalance = false }: Tampering): void {
  const copy = new SqliteDatabase(path);
  copy.pragma('synchronous = OFF');
  copy.pragma('foreign_keys = OFF');
  copy.pragma('ignore_check_constraints = ON');
  for (const name of copy.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all())
    copy.exec(`DROP TRIGGER ${String(name)}`);
  copy.exec('DROP INDEX transfers_once; DROP INDEX transfers_resolved_once');
  copy.exec(sql);
  if (rehash) hashAnew(copy);
  if (rebalance) balanceAnew(copy);
  copy.close();
}

function hashAnew(copy: SqliteDatabase.Database): void {
  const rows = copy
    .prepare('SELECT id, type, cycle, debit, credit, amount, kind, ref, pending_id, at FROM transfers ORDER BY id')
    .raw()
    .all() as (string | number | null)[][];
  const put = copy.prepare('UPDATE transfers SET hash = ? WHERE id = ?');
  let previous = '0'.repeat(64);
  for (const row of rows) {
    const hash = createHash('sha3-256')
      .update([previous, ...row.map((column) => column ?? '')].join('|'))
      .digest();
    put.run(hash, row[0]);
    previous = hash.toString('hex');
  }
}

function balanceAnew(copy: SqliteDatabase.Database): void {
  copy.exec(`
    UPDATE accounts SET
      posted = (SELECT COALESCE(SUM(CASE WHEN t.credit = accounts.id THEN t.amount ELSE -t.amount END), 0) FROM transfers t
                 WHERE t.type IN ('single', 'post') AND accounts.id IN (t.debit, t.credit)),
      pending = (SELECT COALESCE(SUM(t.amount), 0) FROM transfers t
                  WHERE t.type = 'pending' AND t.debit = accounts.id
                    AND NOT EXISTS (SELECT 1 FROM transfers r WHERE r.pending_id = t.id));
    UPDATE ledger_totals SET pending = (SELECT SUM(pending) FROM accounts), held = (SELECT SUM(pending) FROM accounts);`);
}
