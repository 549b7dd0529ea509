import type { Database } from './database.ts';

/** Which executions were allocated attention. A part of `executionsTable`. */
export function attentionAllocations(database: Database) {
  const last = database.prepare<[number], { agentId: string; lineageId: string }>(
    `SELECT agent_id AS agentId, lineage_id AS lineageId FROM executions
      WHERE attention = 1 AND (outcome IS NOT 'system_fault'
                               OR EXISTS (SELECT 1 FROM prompts WHERE prompts.execution_id = executions.id))
      ORDER BY id DESC LIMIT ? + 0`,
  );
  const before = database
    .prepare<[{ readonly id: number; readonly cycle: number }], number>(
      `SELECT id FROM executions WHERE attention = 1 AND id <= @id AND (cycle < @cycle OR (cycle = @cycle AND price = 0))
        ORDER BY id DESC LIMIT 1`,
    )
    .pluck();
  const bought = database.prepare<[string], { cpuMs: number; memoryMb: number; tokens: number }>(
    `SELECT cpu_ms AS cpuMs, memory_mb AS memoryMb, tokens FROM executions INDEXED BY executions_with_attention_by_agent
      WHERE attention = 1 AND agent_id = ? AND payer_id = agent_id AND price > 0 ORDER BY id DESC LIMIT 1`,
  );
  const recent = database.prepare<[number], { count: number; first: number }>(
    `SELECT COUNT(*) AS count,
            COALESCE(SUM(NOT EXISTS (SELECT 1 FROM executions AS earlier INDEXED BY executions_with_attention_by_agent
                                      WHERE earlier.attention = 1 AND earlier.agent_id = newest.agent_id
                                        AND earlier.id < newest.id)), 0) AS first
       FROM (SELECT id, agent_id FROM executions INDEXED BY executions_with_attention
              WHERE attention = 1 ORDER BY id DESC LIMIT ? + 0) AS newest`,
  );
  const had = database
    .prepare<[string], number>(
      `SELECT EXISTS (SELECT 1 FROM executions INDEXED BY executions_with_attention_by_agent
                       WHERE attention = 1 AND agent_id = ?)`,
    )
    .pluck();
  const onDeck = database
    .prepare<[], string>(
      `SELECT DISTINCT lineage_id FROM executions INDEXED BY executions_holding_attention WHERE attention_held = 1`,
    )
    .pluck();

  return {
    /** Of the newest allocations of attention, at most so many: how many there are, and how many were an agent's first. */
    firstOfNewest: (most: number): { readonly count: number; readonly first: number } =>
      recent.get(most) ?? { count: 0, first: 0 },
    hadAttention: (agentId: string): boolean => had.get(agentId) === 1,
    /** Whose letters are being written or wait for the slot, each lineage once. */
    lineagesOnDeck: (): readonly string[] => onDeck.all(),
    /** Who got the last attention allocations, the newest first; those that our own fault made worthless don't count. */
    lastWithAttention: (limit: number): readonly { readonly agentId: string; readonly lineageId: string }[] =>
      last.all(limit),
    /** With which bundle the agent last bought attention for itself. */
    lastBoughtAttention: (agentId: string) => bought.get(agentId),
    /** The newest that was allocated attention before this cycle was cleared, by lot in it too, among those up to `id`. */
    withAttentionBefore: (cycle: number, id: number): number | undefined => before.get({ id, cycle }),
  };
}
