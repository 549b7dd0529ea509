import { micro, type MicroCredits } from '../domain/credits.ts';
import type { Bid } from '../domain/bid.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

/** One that waits to be drawn. */
export interface WaitingLot {
  readonly id: number;
  readonly agentId: string;
  readonly lineageId: string;
}

export interface NewLot {
  readonly agentId: string;
  readonly lineageId: string;
  readonly cycle: number;
  readonly runningMs: number;
}

/** A bid for it that asks for attention, or a prompt of its that waits. */
const attentionComing = (agent: string) => `(
  EXISTS (SELECT 1 FROM bids INDEXED BY bids_pending_by_agent
           WHERE bids.agent_id = ${agent} AND bids.status = 'pending' AND bids.attention = 1)
  OR EXISTS (SELECT 1 FROM prompts INDEXED BY prompts_waiting
              WHERE prompts.agent_id = ${agent} AND prompts.status IN ('queued', 'open')))`;

/** A bid that was drawn by lot. */
export type LotBid = Pick<Bid, 'id' | 'agentId' | 'lineageId' | 'bundle'> & {
  readonly reserve: MicroCredits;
  readonly cycle: number;
  readonly at: number;
  readonly reason: string;
};

export type Lots = ReturnType<typeof lotsTable>;

/** Agents that can't pay for attention, and what became of their wait. */
export function lotsTable(database: Database, { accountOf }: AccountNames) {
  const insert = database.prepare(
    `INSERT INTO lots (agent_id, lineage_id, status, placed_cycle, placed_running_ms)
     VALUES (@agentId, @lineageId, 'waiting', @cycle, @runningMs)`,
  );
  const insertBid = database.prepare(
    `INSERT INTO bids (id, payer_id, agent_id, lineage_id, cpu_ms, memory_mb, tokens, attention, amount,
                       reserve_at_placing, status, earliest_cycle, placed_cycle, placed_at, ended_cycle, price_paid,
                       last_reason)
     VALUES (@id, @agentId, @agentId, @lineageId, @cpuMs, @memoryMb, @tokens, @attention, 0, @reserve, 'won', 0, @cycle,
             @at, @cycle, 0, @reason)`,
  );
  const lastPlaced = database
    .prepare<[string], number>('SELECT placed_cycle FROM lots WHERE agent_id = ? ORDER BY id DESC LIMIT 1')
    .pluck();
  const waiting = database.prepare<[], WaitingLot>(
    `SELECT lots.id, agent_id AS agentId, lots.lineage_id AS lineageId FROM lots INDEXED BY lots_waiting
       JOIN agents ON agents.id = agent_id AND agents.status <> 'dead' AND agents.stopped = 0
      WHERE lots.status = 'waiting'
        AND NOT EXISTS (SELECT 1 FROM executions INDEXED BY executions_one_per_agent
                         WHERE executions.agent_id = agents.id AND state <> 'settled')
        AND NOT ${attentionComing('agents.id')}
      ORDER BY lots.id`,
  );
  const counts = database.prepare<[], { agents: number; lineages: number }>(
    `SELECT COUNT(*) AS agents, COUNT(DISTINCT lineage_id) AS lineages FROM lots INDEXED BY lots_waiting
      WHERE status = 'waiting'`,
  );
  const ofLineage = database
    .prepare<[string], number>(
      `SELECT COUNT(*) FROM lots INDEXED BY lots_waiting WHERE status = 'waiting' AND lineage_id = ?`,
    )
    .pluck();
  const isWaiting = database
    .prepare<[string], number>(`SELECT EXISTS (SELECT 1 FROM lots WHERE agent_id = ? AND status = 'waiting')`)
    .pluck();
  const coming = database
    .prepare<[string], number>(`SELECT ${attentionComing('agents.id')} FROM agents WHERE id = ?`)
    .pluck();
  const renew = database.prepare(
    `UPDATE lots SET placed_cycle = @cycle, placed_running_ms = @runningMs WHERE agent_id = @agentId AND status = 'waiting'`,
  );
  const win = database.prepare<[number, number]>(`UPDATE lots SET status = 'drawn', execution_id = ? WHERE id = ?`);
  const endOver = database.prepare<[number]>(
    `UPDATE lots SET status = 'ended' WHERE status = 'waiting'
       AND (placed_running_ms <= ? OR EXISTS (SELECT 1 FROM agents WHERE agents.id = agent_id AND agents.status = 'dead'))`,
  );
  const endOf = database.prepare<[string]>(
    `UPDATE lots SET status = 'ended' WHERE agent_id = ? AND status = 'waiting'`,
  );
  const since = database
    .prepare<[number], number>(
      `SELECT COUNT(*) FROM (SELECT 1 FROM executions INDEXED BY executions_with_attention
         WHERE attention = 1 AND id > COALESCE((SELECT MAX(execution_id) FROM lots), 0) LIMIT ? + 0)`,
    )
    .pluck();
  const heard = database
    .prepare<[string, number], number>(
      `SELECT EXISTS (SELECT 1 FROM executions INDEXED BY executions_heard
         WHERE attention = 1 AND lineage_id = ? AND cycle > ?
           AND (outcome IS NOT 'system_fault' OR EXISTS (SELECT 1 FROM prompts WHERE execution_id = executions.id)))`,
    )
    .pluck();
  const answers = database.prepare<[string, number], { count: number; earned: number }>(
    `SELECT COUNT(*) AS count, COALESCE(SUM(reward), 0) AS earned FROM
       (SELECT reward FROM prompts INDEXED BY prompts_by_agent
         WHERE agent_id = ? AND status IN ('scored', 'skipped') ORDER BY id DESC LIMIT ? + 0)`,
  );
  const given = database
    .prepare<[string, number], number>(
      `SELECT COALESCE(SUM(amount), 0) FROM transfers INDEXED BY transfers_given
        WHERE kind IN ('transfer', 'spawn_endowment') AND debit = ? AND cycle > ?`,
    )
    .pluck();

  return {
    insert: (lot: NewLot): void => void insert.run(lot),
    /** A bid that won at once, for nothing, and holds nothing. */
    insertBid: ({ bundle, ...lot }: LotBid): void => void insertBid.run({ ...lot, ...bundle }),
    /** The cycle in which the agent last began to wait. */
    lastPlaced: (agentId: string): number | undefined => lastPlaced.get(agentId),
    /** Those that wait and don't run, nor does attention come to them, in the order in which they first waited. */
    waiting: (): readonly WaitingLot[] => waiting.all(),
    counts: (): { readonly agents: number; readonly lineages: number } => counts.get() ?? { agents: 0, lineages: 0 },
    countOfLineage: (lineageId: string): number => Number(ofLineage.get(lineageId)),
    isWaiting: (agentId: string): boolean => isWaiting.get(agentId) === 1,
    hasAttentionComing: (agentId: string): boolean => coming.get(agentId) === 1,
    /** Its wait begins anew. */
    renew: (agentId: string, now: { readonly cycle: number; readonly runningMs: number }): void =>
      void renew.run({ ...now, agentId }),
    win: (id: number, executionId: number): void => void win.run(executionId, id),
    /** Ends the wait of the dead, and of those who began to wait at this running time or before. */
    endOver: (runningMs: number): void => void endOver.run(runningMs),
    endOf: (agentId: string): void => void endOf.run(agentId),
    /** Allocations of attention since the last lot, at most so many. */
    allocationsSince: (most: number): number => Number(since.get(most)),
    /** The lineage was given attention after this cycle; what our own fault made worthless doesn't count. */
    wasHeardAfter: (lineageId: string, cycle: number): boolean => heard.get(lineageId, cycle) === 1,
    /** How many of the agent's last prompts were answered, at most so many, and what these earned. */
    lastAnswers: (agentId: string, most: number): { readonly count: number; readonly earned: MicroCredits } => {
      const { count = 0, earned = 0 } = answers.get(agentId, most) ?? {};
      return { count, earned: micro(earned) };
    },
    /** What the agent gave others and its children after this cycle. */
    givenAfter: (agentId: string, cycle: number): MicroCredits => micro(Number(given.get(accountOf(agentId), cycle))),
  };
}
