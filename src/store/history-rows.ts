import { micro, type MicroCredits } from '../domain/credits.ts';
import type { Outcome } from '../domain/execution.ts';
import type { TransferKind, TransferType } from '../domain/ledger.ts';
import type { AgentStatus } from '../domain/agent.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';
import type { Flow } from './transfers.ts';

/** A row of the ledger, as far as sums over time need it. */
export interface Movement {
  readonly id: number;
  readonly type: TransferType;
  readonly at: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: MicroCredits;
  readonly kind: TransferKind;
}

/** All that was moved of one kind on one day, counted since 1970 by UTC. */
export interface DayFlow extends Omit<Flow, 'bucket'> {
  readonly day: number;
}

/** What an execution bought and used; null: the figure could not be had. */
export interface ReceiptRow {
  readonly id: number;
  /** Null while it goes on. */
  readonly outcome: Outcome | null;
  readonly at: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly tokens: number;
  readonly usedCpuMs: number | null;
  readonly usedMemoryBytes: number | null;
  readonly usedTokens: number;
}

export interface AgentReceipt extends ReceiptRow {
  readonly agentId: string;
  readonly price: MicroCredits;
}

export interface MarkRow {
  readonly id: number;
  readonly at: number;
  readonly interesting: number;
  readonly useful: number;
  readonly understandable: number;
}

export interface SlotRow {
  readonly id: number;
  readonly at: number;
  readonly lineageId: string;
}

/** An agent as a long list needs it: what costs a look of its own is left out. */
export interface ListedAgent {
  readonly number: number;
  readonly id: string;
  readonly parentId: string | null;
  readonly lineageId: string;
  readonly status: AgentStatus;
  readonly isStopped: boolean;
  readonly template: string | null;
  readonly bornCycle: number;
  readonly bornAt: number;
  readonly lastSeenCycle: number | null;
  readonly posted: MicroCredits;
  readonly pending: MicroCredits;
}

type MovementCells = [number, TransferType, number, string, string, number, TransferKind];
type AgentCells = [
  ...[number, string, string | null, string, AgentStatus, number],
  ...[string | null, number, number, number | null, number, number],
];

const MOVEMENT = 'id, type, at, debit, credit, amount, kind';
const AGENT = `a.number, a.id, a.parent_id, a.lineage_id, a.status, a.stopped, a.template, a.born_cycle, a.born_at,
  a.last_seen_cycle, c.posted, c.pending`;
const WITH_ACCOUNTS = `FROM agents a LEFT JOIN renamed_agents r ON r.id = a.id
  JOIN accounts c ON c.id = COALESCE(r.account, a.id)`;

export type HistoryRows = ReturnType<typeof historyRows>;

/** Records in the order in which they were made, a few at a time, for whoever adds them up over time. */
export function historyRows(database: Database, { accountOf, agentOf }: AccountNames) {
  // Each half has its own limit: without it SQLite would read all of both.
  const movementsOf = database
    .prepare<[object], MovementCells>(
      `SELECT * FROM (SELECT ${MOVEMENT} FROM transfers WHERE debit = @account AND id > @after ORDER BY id LIMIT @limit + 0)
       UNION ALL
       SELECT * FROM (SELECT ${MOVEMENT} FROM transfers WHERE credit = @account AND id > @after ORDER BY id LIMIT @limit + 0)
       ORDER BY id LIMIT @limit + 0`,
    )
    .raw();
  const side = (column: string) => `CASE WHEN ${column} LIKE 'system:%' THEN SUBSTR(${column}, 8) ELSE 'agent' END`;
  const flows = database.prepare<[object], DayFlow>(
    `SELECT at / 86400000 AS day, kind, ${side('debit')} AS debit, ${side('credit')} AS credit, SUM(amount) AS amount
       FROM transfers WHERE id > @after AND id <= @upTo AND type IN ('single', 'post') GROUP BY 1, 2, 3, 4 ORDER BY 1`,
  );
  const newest = database.prepare<[], number | null>('SELECT MAX(id) FROM transfers').pluck();
  const runs = database
    .prepare<[number, number], [number, string]>(
      'SELECT id, agent_id FROM executions WHERE id > ? ORDER BY id LIMIT ? + 0',
    )
    .raw();
  const receipts = database.prepare<[string, number, number], ReceiptRow>(
    `SELECT id, outcome, COALESCE(ended_at, allocated_at) AS at, cpu_ms AS cpuMs, memory_mb AS memoryMb, tokens,
            used_cpu_ms AS usedCpuMs, used_memory_bytes AS usedMemoryBytes, used_tokens AS usedTokens
       FROM executions WHERE agent_id = ? AND id > ? ORDER BY id LIMIT ? + 0`,
  );
  const allReceipts = database.prepare<[number, number], AgentReceipt>(
    `SELECT id, agent_id AS agentId, outcome, COALESCE(ended_at, allocated_at) AS at, cpu_ms AS cpuMs,
            memory_mb AS memoryMb, tokens, used_cpu_ms AS usedCpuMs, used_memory_bytes AS usedMemoryBytes,
            used_tokens AS usedTokens, price
       FROM executions WHERE id > ? ORDER BY id LIMIT ? + 0`,
  );
  const slots = database.prepare<[number, number], SlotRow>(
    `SELECT id, allocated_at AS at, lineage_id AS lineageId
       FROM executions WHERE attention = 1 AND id > ? ORDER BY id LIMIT ? + 0`,
  );
  const mark = 'id, ended_at AS at, interesting, useful, understandable';
  const marks = database.prepare<[number, number], MarkRow>(
    `SELECT ${mark} FROM prompts WHERE id > ? AND interesting IS NOT NULL ORDER BY id LIMIT ? + 0`,
  );
  const marksOf = database.prepare<[string, number, number], MarkRow>(
    `SELECT ${mark} FROM prompts WHERE agent_id = ? AND id > ? AND interesting IS NOT NULL ORDER BY id LIMIT ? + 0`,
  );
  const agents = database
    .prepare<[number, number], AgentCells>(
      `SELECT ${AGENT} ${WITH_ACCOUNTS} WHERE a.number > ? ORDER BY a.number LIMIT ? + 0`,
    )
    .raw();
  const roots = database
    .prepare<[number, number], AgentCells>(
      `SELECT ${AGENT} ${WITH_ACCOUNTS} WHERE a.parent_id IS NULL AND a.number > ? ORDER BY a.number LIMIT ? + 0`,
    )
    .raw();
  const children = database
    .prepare<[string, number, number], AgentCells>(
      `SELECT ${AGENT} ${WITH_ACCOUNTS} WHERE a.parent_id = ? AND a.number > ? ORDER BY a.number LIMIT ? + 0`,
    )
    .raw();

  const toMovement = ([id, type, at, debit, credit, amount, kind]: MovementCells): Movement => ({
    ...{ id, type, at, debit: agentOf(debit), credit: agentOf(credit), amount: micro(amount), kind },
  });

  return {
    /** What rows of the ledger moved, by day and by whom it left and reached. */
    flows: (span: { readonly after: number; readonly upTo: number }): readonly DayFlow[] => flows.all(span),
    newestMovement: (): number => newest.get() ?? 0,
    movementsOf: (agentId: string, after: number, limit: number): readonly Movement[] =>
      movementsOf.all({ account: accountOf(agentId), after, limit }).map(toMovement),
    /** Which agent ran. */
    runsAfter: (after: number, limit: number): readonly (readonly [id: number, agentId: string])[] =>
      runs.all(after, limit),
    receiptsOf: (agentId: string, after: number, limit: number): readonly ReceiptRow[] =>
      receipts.all(agentId, after, limit),
    /** Of all agents. */
    receiptsAfter: (after: number, limit: number): readonly AgentReceipt[] => allReceipts.all(after, limit),
    /** Executions with attention. */
    slotsAfter: (after: number, limit: number): readonly SlotRow[] => slots.all(after, limit),
    marksAfter: (after: number, limit: number): readonly MarkRow[] => marks.all(after, limit),
    marksOf: (agentId: string, after: number, limit: number): readonly MarkRow[] => marksOf.all(agentId, after, limit),
    agentsAfter: (after: number, limit: number): readonly ListedAgent[] => agents.all(after, limit).map(toAgent),
    rootsAfter: (after: number, limit: number): readonly ListedAgent[] => roots.all(after, limit).map(toAgent),
    childrenAfter: (parentId: string, after: number, limit: number): readonly ListedAgent[] =>
      children.all(parentId, after, limit).map(toAgent),
  };
}

function toAgent(cells: AgentCells): ListedAgent {
  const [number, id, parentId, lineageId, status, stopped, ...rest] = cells;
  const [template, bornCycle, bornAt, lastSeenCycle, posted, pending] = rest;
  return {
    ...{ number, id, parentId, lineageId, status, isStopped: stopped === 1, template },
    ...{ bornCycle, bornAt, lastSeenCycle, posted: micro(posted), pending: micro(pending) },
  };
}
