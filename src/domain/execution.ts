import type { MicroCredits } from './credits.ts';
import type { RefusalCode } from './refusal.ts';
import type { Bundle } from './resources.ts';

/** `allocated → starting → running → settled`; any unsettled state may go to settled. */
export type ExecutionState = 'allocated' | 'starting' | 'running' | 'settled';

/** How an execution ended, in order of precedence where several hold. */
export const OUTCOMES = [
  'system_fault',
  'stopped_by_operator',
  'cpu_exceeded',
  'wall_exceeded',
  'disk_exceeded',
  'memory_exceeded',
  'agent_error',
  'completed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes that are the agent's own fault: the price is kept and a restart may follow. */
export function isOwnFault(outcome: Outcome): boolean {
  return outcome !== 'completed' && outcome !== 'system_fault' && outcome !== 'stopped_by_operator';
}

/** Whether the payer gets back what was paid. */
export function isRefunded(outcome: Outcome): boolean {
  return outcome === 'system_fault' || outcome === 'stopped_by_operator';
}

/** What an execution used. A figure that could not be had is null, never a guess. */
export interface Usage {
  readonly cpuMs: number | null;
  readonly memoryPeakBytes: number | null;
  readonly wallMs: number | null;
  readonly workspaceBytes: number | null;
  /** Files and folders in the workspace. */
  readonly workspaceFiles: number | null;
  readonly outputBytes: number | null;
}

export const NO_USAGE: Usage = {
  cpuMs: null,
  memoryPeakBytes: null,
  wallMs: null,
  workspaceBytes: null,
  workspaceFiles: null,
  outputBytes: null,
};

/** The limits without which what was bought is no budget, in the order in which they are told. */
export const ESSENTIAL_LIMITS = ['memory', 'processes', 'cpu'] as const;
export type EssentialLimit = (typeof ESSENTIAL_LIMITS)[number];

/** One run of one agent. */
export interface Execution {
  readonly id: number;
  readonly bidId: number;
  readonly attempt: number;
  readonly agentId: string;
  readonly payerId: string;
  readonly lineageId: string;
  readonly cycle: number;
  readonly state: ExecutionState;
  /** The operator has asked to end it. */
  readonly stopRequested: boolean;
  readonly bundle: Bundle;
  /** It holds the attention that it bought: no prompt of it has taken the slot yet. */
  readonly attentionHeld: boolean;
  readonly price: MicroCredits;
  /** At allocation. */
  readonly reserveCost: MicroCredits;
  readonly attentionPrice: MicroCredits;
  readonly wallMs: number;
  /** What the engine didn't hold while it ran, as the operator had accepted. */
  readonly unheld: readonly EssentialLimit[];
  readonly tokenHash: string | null;
  readonly allocatedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: Outcome | null;
  readonly detail: string | null;
  readonly exitCode: number | null;
  readonly usage: Usage;
  readonly tokensUsed: number;
  readonly requests: number;
  /** The code with which its last own bid was refused; null where none was, or a later one was taken. */
  readonly refusedBid: RefusalCode | null;
  /** It ended, and at its end or later nothing was pending for its agent any more. */
  readonly leftIdle: boolean;
  /** The bid with which a restart followed it. */
  readonly restartBid: number | null;
}

/** min(wall_max, wall_base + wall_per_cpu × cpu_seconds), in milliseconds. */
export function wallLimitMs(
  cpuMs: number,
  limits: {
    readonly wall_base_seconds: number;
    readonly wall_per_cpu_second: number;
    readonly wall_max_seconds: number;
  },
): number {
  const seconds = limits.wall_base_seconds + (limits.wall_per_cpu_second * cpuMs) / 1000;
  return Math.round(Math.min(limits.wall_max_seconds, seconds) * 1000);
}
