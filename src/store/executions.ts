import { micro, type MicroCredits } from '../domain/credits.ts';
import type { EssentialLimit, Execution, ExecutionState, Outcome, Usage } from '../domain/execution.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Quantities } from '../domain/resources.ts';
import type { Database } from './database.ts';
import { attentionAllocations } from './attention-allocations.ts';
import { executionStates } from './execution-states.ts';
import { executionUses } from './execution-uses.ts';

export type NewExecution = Pick<
  Execution,
  | 'bidId'
  | 'attempt'
  | 'agentId'
  | 'payerId'
  | 'lineageId'
  | 'cycle'
  | 'bundle'
  | 'price'
  | 'reserveCost'
  | 'attentionPrice'
  | 'wallMs'
  | 'allocatedAt'
>;

export interface ExecutionSettlement {
  readonly id: number;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly exitCode: number | null;
  readonly endedAt: number;
  readonly usage: Usage;
}

export interface ExecutionTotals {
  readonly executions: number;
  readonly paid: MicroCredits;
  readonly cpuMs: number;
  readonly tokens: number;
}

/** In the order of the columns below; the driver would take longer to name them than to read them. */
type Row = [
  id: number,
  bidId: number,
  attempt: number,
  agentId: string,
  payerId: string,
  lineageId: string,
  cycle: number,
  state: ExecutionState,
  stopRequested: number,
  cpuMs: number,
  memoryMb: number,
  tokens: number,
  attention: 0 | 1,
  attentionHeld: number,
  price: MicroCredits,
  reserveCost: MicroCredits,
  attentionPrice: MicroCredits,
  wallMs: number,
  tokenHash: string | null,
  allocatedAt: number,
  startedAt: number | null,
  endedAt: number | null,
  outcome: Outcome | null,
  detail: string | null,
  exitCode: number | null,
  usedCpuMs: number | null,
  usedMemoryBytes: number | null,
  tokensUsed: number,
  usedWallMs: number | null,
  workspaceBytes: number | null,
  workspaceFiles: number | null,
  outputBytes: number | null,
  requests: number,
  unheld: string,
  refusedBid: RefusalCode | null,
  leftIdle: number,
  restartBid: number | null,
];

const COLUMNS = `id, bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, stop_requested, cpu_ms, memory_mb,
  tokens, attention, attention_held, price, reserve_cost, attention_price, wall_ms, token_hash, allocated_at, started_at,
  ended_at, outcome, detail, exit_code, used_cpu_ms, used_memory_bytes, used_tokens, used_wall_ms, workspace_bytes,
  workspace_files, output_bytes, requests, unheld, refused_bid, left_idle, restart_bid`;

export type Executions = ReturnType<typeof executionsTable>;

export function executionsTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO executions (bid_id, attempt, agent_id, payer_id, lineage_id, cycle, state, cpu_ms, memory_mb, tokens,
       attention, attention_held, price, reserve_cost, attention_price, wall_ms, allocated_at)
     VALUES (?, ?, ?, ?, ?, ?, 'allocated', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const one = database.prepare<[number], Row>(`SELECT ${COLUMNS} FROM executions WHERE id = ?`).raw();
  const byToken = database.prepare<[string], Row>(`SELECT ${COLUMNS} FROM executions WHERE token_hash = ?`).raw();
  const unsettled = database
    .prepare<[], Row>(`SELECT ${COLUMNS} FROM executions WHERE state <> 'settled' ORDER BY id`)
    .raw();
  const page = database
    .prepare<[number, number], Row>(`SELECT ${COLUMNS} FROM executions WHERE id < ? ORDER BY id DESC LIMIT ? + 0`)
    .raw();
  const ofAgent = database
    .prepare<[string, number, number], Row>(
      `SELECT ${COLUMNS} FROM executions WHERE agent_id = ? AND id < ? ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();
  const runs = database
    .prepare<[string], number>(
      `SELECT EXISTS (SELECT 1 FROM executions INDEXED BY executions_one_per_agent WHERE agent_id = ? AND state <> 'settled')`,
    )
    .pluck();
  const ends = database.prepare<[number, number], { id: number; endedAt: number | null }>(
    'SELECT id, ended_at AS endedAt FROM executions WHERE id > ? ORDER BY id LIMIT ? + 0',
  );
  const held = database.prepare<[], { memoryMb: number | null; attention: number }>(
    `SELECT (SELECT SUM(memory_mb) FROM executions WHERE state <> 'settled') AS memoryMb,
            (SELECT COUNT(*) FROM executions WHERE attention_held = 1) AS attention`,
  );
  const counts = database.prepare<[], { running: number | null; settled: number | null }>(
    `SELECT running, (SELECT COUNT(*) FROM executions) - running AS settled
       FROM (SELECT COUNT(*) AS running FROM executions WHERE state <> 'settled')`,
  );
  const settle = database.prepare(
    `UPDATE executions SET state = 'settled', outcome = ?, detail = ?, exit_code = ?, ended_at = ?, used_cpu_ms = ?,
       used_memory_bytes = ?, used_wall_ms = ?, workspace_bytes = ?, workspace_files = ?,
       output_bytes = ?
     WHERE id = ? AND state <> 'settled'`,
  );
  const release = database.prepare('UPDATE executions SET attention_held = 0 WHERE id = ?');
  const requests = database.prepare('UPDATE executions SET requests = ? WHERE id = ?');
  const used = database.prepare<[string], { n: number; cpuMs: number | null; tokens: number | null }>(
    'SELECT COUNT(*) AS n, SUM(used_cpu_ms) AS cpuMs, SUM(used_tokens) AS tokens FROM executions WHERE agent_id = ?',
  );
  const tokens = database.prepare<[number], { sold: number; used: number }>(
    `SELECT COALESCE(SUM(tokens), 0) AS sold, COALESCE(SUM(used_tokens), 0) AS used
       FROM executions INDEXED BY executions_with_tokens WHERE cycle = ? AND tokens > 0`,
  );
  const outstanding = database
    .prepare<[], number>(
      `SELECT (SELECT COALESCE(SUM(MAX(0, tokens - used_tokens)), 0) FROM executions WHERE state <> 'settled')
            + (SELECT COALESCE(SUM(c.reserved), 0) FROM model_calls c JOIN executions e ON e.id = c.execution_id
                WHERE c.outcome IS NULL AND e.state = 'settled')`,
    )
    .pluck();
  const paid = database
    .prepare<[string], number>(
      `SELECT COALESCE(SUM(price - CASE WHEN outcome IN ('system_fault', 'stopped_by_operator') THEN price
                ELSE COALESCE((SELECT refund FROM prompts WHERE execution_id = executions.id), 0) END), 0)
         FROM executions WHERE payer_id = ?`,
    )
    .pluck();

  return {
    ...executionStates(database),
    ...attentionAllocations(database),
    ...executionUses(database),
    insert(execution: NewExecution): number {
      const { cpuMs, memoryMb, tokens, attention } = execution.bundle;
      const result = insert.run(
        execution.bidId,
        execution.attempt,
        execution.agentId,
        execution.payerId,
        execution.lineageId,
        execution.cycle,
        cpuMs,
        memoryMb,
        tokens,
        attention,
        attention,
        execution.price,
        execution.reserveCost,
        execution.attentionPrice,
        execution.wallMs,
        execution.allocatedAt,
      );
      return Number(result.lastInsertRowid);
    },
    find(id: number): Execution | undefined {
      const row = one.get(id);
      return row && toExecution(row);
    },
    get(id: number): Execution {
      const row = one.get(id);
      if (!row) throw new Error(`no execution ${id}`);
      return toExecution(row);
    },
    findByTokenHash(hash: string): Execution | undefined {
      const row = byToken.get(hash);
      return row && toExecution(row);
    },
    /** It has an execution that isn't settled. */
    runs: (agentId: string): boolean => runs.get(agentId) === 1,
    unsettled: (): readonly Execution[] => unsettled.all().map(toExecution),
    /** The newest first, with ids under `before`. */
    page: (before: number, limit: number): readonly Execution[] => page.all(before, limit).map(toExecution),
    ofAgent: (agentId: string, before: number, limit: number): readonly Execution[] =>
      ofAgent.all(agentId, before, limit).map(toExecution),
    /** When they ended, the oldest first, with ids over `after`. */
    endsAfter: (after: number, limit: number): readonly { readonly id: number; readonly endedAt: number | null }[] =>
      ends.all(after, limit),
    /** The stock that executions hold; of flows nothing is ever held. */
    held(): Quantities {
      const row = held.get();
      return { cpuMs: 0, memoryMb: row?.memoryMb ?? 0, tokens: 0, attention: row?.attention ?? 0 };
    },
    counts(): { readonly running: number; readonly settled: number } {
      const row = counts.get();
      return { running: row?.running ?? 0, settled: row?.settled ?? 0 };
    },
    /** False where it was settled before. */
    settle({ id, outcome, detail, exitCode, endedAt, usage }: ExecutionSettlement): boolean {
      const { cpuMs, memoryPeakBytes, wallMs, workspaceBytes, workspaceFiles, outputBytes } = usage;
      const result = settle.run(
        outcome,
        detail,
        exitCode,
        endedAt,
        cpuMs,
        memoryPeakBytes,
        wallMs,
        workspaceBytes,
        workspaceFiles,
        outputBytes,
        id,
      );
      return result.changes === 1;
    },
    releaseAttention: (id: number): void => void release.run(id),
    setRequests: (id: number, count: number): void => void requests.run(count, id),
    /** The tokens that the executions of a cycle bought, and those that they used so far. */
    tokensOf: (cycle: number): { readonly sold: number; readonly used: number } =>
      tokens.get(cycle) ?? { sold: 0, used: 0 },
    /** Tokens that were sold and may still be used, by executions or by calls that outlive theirs. */
    tokensOutstanding: (): number => outstanding.get() ?? 0,
    /** How often the agent ran, with how much, and what it paid for executions, less what it got back. */
    totalsOf(agentId: string): ExecutionTotals {
      const row = used.get(agentId);
      const { n: executions = 0, cpuMs, tokens: usedTokens } = row ?? {};
      return { executions, paid: micro(Number(paid.get(agentId))), cpuMs: cpuMs ?? 0, tokens: usedTokens ?? 0 };
    },
  };
}

function toExecution(row: Row): Execution {
  const [id, bidId, attempt, agentId, payerId, lineageId, cycle, state, stopRequested, ...bought] = row;
  const [cpuMs, memoryMb, tokens, attention, attentionHeld, price, reserveCost, attentionPrice, wallMs, ...rest] =
    bought;
  const [tokenHash, allocatedAt, startedAt, endedAt, outcome, detail, exitCode, ...used] = rest;
  const [usedCpuMs, memoryPeakBytes, tokensUsed, usedWallMs, workspaceBytes, workspaceFiles, outputBytes, ...last] =
    used;
  const [requests, unheld, refusedBid, leftIdle, restartBid] = last;
  return {
    id,
    bidId,
    attempt,
    agentId,
    payerId,
    lineageId,
    cycle,
    state,
    stopRequested: stopRequested === 1,
    bundle: { cpuMs, memoryMb, tokens, attention },
    attentionHeld: attentionHeld === 1,
    price,
    reserveCost,
    attentionPrice,
    wallMs,
    unheld: unheld === '[]' ? [] : (JSON.parse(unheld) as EssentialLimit[]),
    tokenHash,
    allocatedAt,
    startedAt,
    endedAt,
    outcome,
    detail,
    exitCode,
    usage: { cpuMs: usedCpuMs, memoryPeakBytes, wallMs: usedWallMs, workspaceBytes, workspaceFiles, outputBytes },
    tokensUsed,
    requests,
    refusedBid,
    leftIdle: leftIdle === 1,
    restartBid,
  };
}
