import { cyclesIn } from '../../config/cycle-length.ts';
import type { Scores } from '../../domain/attention.ts';
import { clearCycle } from '../../economy/market/clear-cycle.ts';
import type { Economy } from '../../economy/economy.ts';
import { scorePrompt } from '../../economy/attention/end-prompt.ts';
import { openPrompt } from '../../economy/views/prompt-view.ts';
import { bidsBefore } from '../../economy/views/bid-view.ts';
import { getExecution } from '../../economy/views/execution-view.ts';
import type { OrchestratorDeps } from '../../orchestrator/deps.ts';
import { runExecution } from '../../orchestrator/execution-runner.ts';
import { valueOf } from '../output/command-failure.ts';

export interface PracticeOrder {
  readonly agentId: string;
  /** Executions of the agent, one after the other. */
  readonly lives: number;
  /** Given to each prompt as soon as its execution has ended; undefined: none is given. */
  readonly marks: { readonly scores: Scores; readonly reason: string | null } | undefined;
}

/**
 * Runs the agent until it has had its lives or nothing is pending for it. Each cycle comes right after the one before:
 * nobody waits for `earliest_cycle`. What else wins, such as its children, runs too. `ended` is called after each
 * execution, once marks are given. Rejects with the signal's reason once what runs is settled.
 */
export async function practise(
  orchestrator: OrchestratorDeps,
  { agentId, lives, marks }: PracticeOrder,
  { signal, ended }: { readonly signal: AbortSignal; readonly ended: (executionId: number) => Promise<void> },
): Promise<void> {
  const { economy } = orchestrator;
  for (let life = 0; life < lives;) {
    const allocated = nextCycle(economy, agentId);
    if (allocated.length === 0) return;
    const finished = await Promise.all(allocated.map((executionId) => runExecution(orchestrator, executionId, signal)));
    signal.throwIfAborted();
    markAll(economy, marks);
    for (const executionId of finished.flatMap((run) => run?.executionId ?? [])) {
      if (getExecution(economy, executionId).agentId === agentId) life += 1;
      await ended(executionId);
    }
  }
}

/** A bid that wins in none of so many cycles is not waited for. */
const CYCLES_MAX = 10_000;

/** The first cycle in which something wins; nothing where nothing is pending for the agent. */
function nextCycle(economy: Economy, agentId: string): readonly number[] {
  const { market } = economy.config;
  const waited = cyclesIn(market.bid_horizon_seconds, market) + cyclesIn(market.ttl_seconds, market);
  const cycles = Math.min(waited + 1, CYCLES_MAX);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const isPending = bidsBefore(economy, Number.MAX_SAFE_INTEGER, 1, { agentId, status: 'pending' }).length > 0;
    if (!isPending) return [];
    const { allocated } = clearCycle(economy, { runningMs: market.cycle_seconds * 1000 });
    if (allocated.length > 0) return allocated;
  }
  return [];
}

/** The one in the slot, and then the one from the deck, whosever they are. */
function markAll(economy: Economy, marks: PracticeOrder['marks']): void {
  if (!marks) return;
  for (let prompt = openPrompt(economy); prompt; prompt = openPrompt(economy))
    valueOf(scorePrompt(economy, prompt.id, marks.scores, marks.reason));
}
