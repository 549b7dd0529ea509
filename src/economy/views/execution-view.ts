import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';
import { toCredits } from '../../domain/credits.ts';
import type { Execution } from '../../domain/execution.ts';
import { formatId } from '../../domain/ids.ts';
import { bundleView } from '../../domain/resources.ts';

const BYTES_PER_MB = 1_048_576;

/** The receipt: what was bought and what was used. */
export function receiptView(execution: Execution) {
  return {
    execution_id: formatId('execution', execution.id),
    outcome: execution.outcome,
    exit_code: execution.exitCode,
    detail: execution.detail,
    bought: bundleView(execution.bundle),
    used: usedView(execution),
    unheld: execution.unheld,
    price_paid: toCredits(execution.price),
    refused_bid: execution.refusedBid,
  };
}

export function executionView(execution: Execution) {
  return {
    id: formatId('execution', execution.id),
    agent_id: execution.agentId,
    bid_id: formatId('bid', execution.bidId),
    attempt: execution.attempt,
    cycle: execution.cycle,
    state: execution.state,
    outcome: execution.outcome,
    detail: execution.detail,
    exit_code: execution.exitCode,
    payer: execution.payerId,
    price_paid: toCredits(execution.price),
    bought: bundleView(execution.bundle),
    used: usedView(execution),
    unheld: execution.unheld,
    refused_bid: execution.refusedBid,
    left_idle: execution.leftIdle,
    restart_bid: execution.restartBid === null ? null : formatId('bid', execution.restartBid),
    started_at: isoOrNull(execution.startedAt),
    ended_at: isoOrNull(execution.endedAt),
  };
}

/** A figure that could not be had is null. */
function usedView({ usage, tokensUsed, requests }: Execution) {
  const { cpuMs, memoryPeakBytes, wallMs, workspaceBytes, workspaceFiles, outputBytes } = usage;
  return {
    cpu_seconds: cpuMs === null ? null : round(cpuMs / 1000, 6),
    memory_mb_peak: memoryPeakBytes === null ? null : round(memoryPeakBytes / BYTES_PER_MB, 3),
    tokens: tokensUsed,
    wall_seconds: wallMs === null ? null : round(wallMs / 1000, 3),
    workspace_bytes: workspaceBytes,
    workspace_files: workspaceFiles,
    output_bytes: outputBytes,
    requests,
  };
}

function round(value: number, places: number): number {
  return Number(value.toFixed(places));
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export function findExecution(economy: Economy, executionId: number): Execution | undefined {
  return economy[STORE].executions.find(executionId);
}

/** Throws where there is none. */
export function getExecution(economy: Economy, executionId: number): Execution {
  return economy[STORE].executions.get(executionId);
}

/** Those of one agent, or all, with ids under `before`, the newest first. */
export function executionsBefore(
  economy: Economy,
  before: number,
  limit: number,
  agentId?: string,
): readonly Execution[] {
  const { executions } = economy[STORE];
  return agentId === undefined ? executions.page(before, limit) : executions.ofAgent(agentId, before, limit);
}

/** Allocated, starting or running, the oldest first. */
export function unsettledExecutions(economy: Economy): readonly Execution[] {
  return economy[STORE].executions.unsettled();
}

/** The number of the newest execution, 0 where there is none. */
export function newestExecution(economy: Economy): number {
  return economy[STORE].executions.page(Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0;
}
