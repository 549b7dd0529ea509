import type { MeasuredUse } from '../domain/advised-bundle.ts';
import type { Execution, Outcome } from '../domain/execution.ts';
import type { Database } from './database.ts';

/** What an execution bought, needed and came to. */
type ExecutionUse = MeasuredUse & Pick<Execution, 'id'>;

/** In the order of the query's columns. */
type UseRow = [
  id: number,
  cpuMs: number,
  memoryMb: number,
  tokens: number,
  attention: 0 | 1,
  usedCpuMs: number | null,
  usedMemoryBytes: number | null,
  usedTokens: number,
  outcome: Outcome | null,
];

/** What executions needed. A part of `executionsTable`. */
export function executionUses(database: Database) {
  const uses = database
    .prepare<[string, number], UseRow>(
      `SELECT id, cpu_ms, memory_mb, tokens, attention, used_cpu_ms, used_memory_bytes, used_tokens, outcome
         FROM executions WHERE agent_id = ? ORDER BY id DESC LIMIT ? + 0`,
    )
    .raw();

  return {
    /** What its newest needed, the newest first: no more is read of them than that. */
    usesOf: (agentId: string, limit: number): readonly ExecutionUse[] => uses.all(agentId, limit).map(toUse),
  };
}

function toUse([id, cpuMs, memoryMb, tokens, attention, usedCpuMs, memoryPeakBytes, tokensUsed, outcome]: UseRow) {
  const bundle = { cpuMs, memoryMb, tokens, attention };
  return { id, bundle, usage: { cpuMs: usedCpuMs, memoryPeakBytes }, tokensUsed, outcome };
}
