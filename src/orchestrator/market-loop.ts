import { clearCycle, type ClearedCycle } from '../economy/clear-cycle.ts';
import type { OrchestratorDeps } from './deps.ts';
import { watchEngine } from './engine-watch.ts';
import { runExecution, type FinishedRun } from './execution-runner.ts';
import { recover } from './recovery.ts';

export interface LoopOptions {
  /** How many cycles; undefined: until stopped. */
  readonly cycles: number | undefined;
  /** Launch nothing more and settle what runs. */
  readonly stop: AbortSignal;
}

/**
 * The loop: recovers what an earlier run left, then clears the market at every cycle and launches what won, never
 * waiting for a container or a human. Resolves when the last execution is settled.
 * Rejects where an invariant is broken: `BpError` `conservation_broken`.
 */
export async function runMarket(deps: OrchestratorDeps, { cycles, stop }: LoopOptions): Promise<void> {
  const { economy, clock } = deps;
  const cycleMs = economy.config.market.cycle_seconds * 1000;
  const watch = watchEngine(deps);
  const running = new Set<Promise<void>>();
  // What already runs is settled, not cut off, when the loop is stopped.
  const never = new AbortController().signal;
  // A broken invariant or database in one execution stops the loop as one in a cycle does.
  const broken = new AbortController();
  const halt = AbortSignal.any([stop, broken.signal]);

  function follow(execution: Promise<FinishedRun | undefined>): void {
    const run: Promise<void> = execution
      .then((finished) => finished && watch.note(finished))
      .catch((error: unknown) => broken.abort(error))
      .finally(() => running.delete(run));
    running.add(run);
  }

  const { adopted, toLaunch } = await recover(deps, never);
  for (const execution of adopted) follow(execution);
  for (const executionId of toLaunch) follow(runExecution(deps, executionId, never));
  let clearedAt = clock.monotonic();
  let next = clearedAt;
  for (let cycle = 0; !halt.aborted && (cycles === undefined || cycle < cycles); cycle += 1) {
    const now = clock.monotonic();
    const cleared = clearCycle(economy, { runningMs: Math.min(now - clearedAt, 2 * cycleMs) });
    clearedAt = now;
    report(deps, cleared);
    for (const executionId of cleared.allocated) follow(runExecution(deps, executionId, never));
    watch.look(halt);
    // A cycle that came late is not made up for.
    next = Math.max(next + cycleMs, clock.monotonic());
    if (cycles === undefined || cycle + 1 < cycles) await sleepUntil(deps, next, halt);
  }
  while (running.size > 0 && !broken.signal.aborted) await Promise.all(running);
  broken.signal.throwIfAborted();
}

async function sleepUntil({ clock }: OrchestratorDeps, time: number, stop: AbortSignal): Promise<void> {
  try {
    await clock.sleep(Math.max(0, time - clock.monotonic()), stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

function report({ logger, onEvent }: OrchestratorDeps, cleared: ClearedCycle): void {
  const { cycle, bids, allocated, revenue, expiredBids, expiredPrompt, lives, head } = cleared;
  logger.info({ cycle, bids, winners: allocated.length, revenue, expiredBids, head }, 'cleared');
  onEvent({ kind: 'cycle', cycle, bids, winners: allocated.length });
  if (expiredPrompt !== undefined) onEvent({ kind: 'prompt_expired', promptId: expiredPrompt });
  for (const agentId of lives.died) onEvent({ kind: 'died', agentId });
}
