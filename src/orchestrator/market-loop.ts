import { clearCycle, type ClearedCycle } from '../economy/clear-cycle.ts';
import type { OrchestratorDeps } from './deps.ts';
import { watchEngine } from './engine-watch.ts';
import { runExecution, type FinishedRun } from './execution-runner.ts';
import { recover, removeLeftovers } from './recovery.ts';
import { StopWatch } from './stop-watch.ts';

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
  const tasks = new Tasks();
  const stops = new StopWatch(deps, (looking) => tasks.add(looking));
  // What already runs is settled, not cut off, when the loop is stopped.
  const never = new AbortController().signal;
  const halt = AbortSignal.any([stop, tasks.broken]);
  const looking = new AbortController();

  const run = (executionId: number) => stops.follow(executionId, (stop) => runExecution(deps, executionId, stop));
  const follow = (execution: Promise<FinishedRun | undefined>) =>
    tasks.add(execution.then((finished) => finished && watch.note(finished)));

  const { adopted, toLaunch } = await recover(deps, stops, never);
  for (const execution of adopted) follow(execution);
  for (const executionId of toLaunch) follow(run(executionId));

  let clearedAt = clock.monotonic();
  let next = clearedAt;
  for (let cycle = 0; !halt.aborted && (cycles === undefined || cycle < cycles); cycle += 1) {
    const now = clock.monotonic();
    const cleared = clearCycle(economy, { runningMs: Math.min(now - clearedAt, 2 * cycleMs) });
    clearedAt = now;
    report(deps, cleared);
    for (const executionId of cleared.allocated) follow(run(executionId));
    tasks.add(watch.look(looking.signal));
    // A cycle that came late is not made up for.
    next = Math.max(next + cycleMs, clock.monotonic());
    if (cycles === undefined || cycle + 1 < cycles) await sleepUntil(deps, next, halt);
  }
  looking.abort();
  await tasks.done();
  // Whatever a clean-up could not remove at its time; what it can't now either, the next start finds.
  await removeLeftovers(deps, never).catch((error: unknown) =>
    deps.logger.warn({ err: error }, 'something is left of executions'),
  );
}

/** What runs beside the loop. A broken invariant or database in one of them stops the loop as one in a cycle does. */
class Tasks {
  readonly #running = new Set<Promise<void>>();
  readonly #broken = new AbortController();

  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  add(task: Promise<void>): void {
    const run: Promise<void> = task
      .catch((error: unknown) => this.#broken.abort(error))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when none is left; rejects with what broke. */
  async done(): Promise<void> {
    while (this.#running.size > 0 && !this.broken.aborted) await Promise.all(this.#running);
    this.broken.throwIfAborted();
  }
}

async function sleepUntil({ clock }: OrchestratorDeps, time: number, stop: AbortSignal): Promise<void> {
  try {
    await clock.sleep(Math.max(0, time - clock.monotonic()), stop);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

function report({ logger, events }: OrchestratorDeps, cleared: ClearedCycle): void {
  const { cycle, bids, allocated, revenue, expiredBids, expiredPrompt, lives, head } = cleared;
  logger.info({ cycle, bids, winners: allocated.length, revenue, expiredBids, head }, 'cleared');
  events.publish({ kind: 'cycle', cycle, bids, winners: allocated.length });
  if (expiredPrompt !== undefined) events.publish({ kind: 'prompt_expired', promptId: expiredPrompt });
  for (const agentId of lives.died) events.publish({ kind: 'died', agentId });
}
