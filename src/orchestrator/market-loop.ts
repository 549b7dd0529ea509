import { clearUnlessPaused, type ClearedCycle } from '../economy/market/clear-cycle.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import type { OrchestratorDeps } from './deps.ts';
import { watchDatabase } from './database-watch.ts';
import { watchEngine } from './engine-watch.ts';
import { runExecution, type FinishedRun } from './execution-runner.ts';
import { tellIdle } from './idle-news.ts';
import { watchLoad } from './load-watch.ts';
import { placeMaterials } from './materials-news.ts';
import { pauseNews } from './pause-news.ts';
import { recover, removeLeftovers } from './recovery.ts';
import { Retention } from './retention.ts';
import { StopWatch } from './stop-watch.ts';

export interface LoopOptions {
  /** How many cycles, those in which the operator has paused the market too; undefined: until stopped. */
  readonly cycles: number | undefined;
  /** Launch nothing more and settle what runs. */
  readonly stop: AbortSignal;
}

/**
 * The loop. It recovers what an earlier run left, then clears the market at every cycle and launches what won. It never
 * waits for a container or a human. Resolves when the last execution is settled. Rejects where an invariant is broken:
 * `BpError` `conservation_broken`.
 */
export async function runMarket(deps: OrchestratorDeps, { cycles, stop }: LoopOptions): Promise<void> {
  const { economy, clock } = deps;
  const cycleMs = economy.config.market.cycle_seconds * 1000;
  const watch = watchEngine(deps);
  const load = watchLoad(deps);
  const retention = new Retention(deps);
  const tasks = new Tasks();
  const tellPause = pauseNews(deps);
  const stops = new StopWatch(deps, (looking) => tasks.add(looking));
  // What already runs is settled, not cut off, when the loop is stopped.
  const never = new AbortController().signal;
  const halt = AbortSignal.any([stop, tasks.broken]);
  const looking = new AbortController();
  const lock = watchDatabase(deps);
  if (halt.aborted) lock.end();
  halt.addEventListener('abort', () => lock.end(), { once: true });

  const run = (executionId: number) => stops.follow(executionId, (stop) => runExecution(deps, executionId, stop));
  const follow = (execution: Promise<FinishedRun | undefined>) =>
    tasks.add(execution.then((finished) => finished && watch.note(finished)));

  const { adopted, toLaunch } = await recover(deps, stops, never);
  // The operator reads at the start what agents will see, and the first of them needn't wait for it.
  tasks.add(placeMaterials(deps, looking.signal));
  for (const execution of adopted) follow(execution);
  // Allocated before and not begun: a market that is paused launches nothing.
  let waiting = toLaunch;

  let clearedAt = clock.monotonic();
  let next = clearedAt;
  for (let cycle = 0; !halt.aborted && (cycles === undefined || cycle < cycles); cycle += 1) {
    const runningMs = Math.min(clock.monotonic() - clearedAt, 2 * cycleMs);
    const turn = await clear(deps, runningMs, halt);
    if (!turn) break;
    const { cleared } = turn;
    // A market that waits for the database, or is paused, doesn't run.
    clearedAt = clock.monotonic();
    tellPause(cleared === undefined);
    if (cleared) {
      report(deps, cleared);
      for (const executionId of [...waiting, ...cleared.allocated]) follow(run(executionId));
      waiting = [];
    }
    tasks.add(watch.look(looking.signal));
    tasks.add(load.look());
    tasks.add(retention.look());
    // A cycle that came late is not made up for.
    next = Math.max(next + cycleMs, clock.monotonic());
    if (cycles === undefined || cycle + 1 < cycles) await sleepUntil(deps, next, halt);
  }
  looking.abort();
  lock.end();
  await tasks.done();
  await load.close();
  lock.close();
  // Whatever a clean-up could not remove at its time; what it can't now either, the next start finds.
  await removeLeftovers(deps, never).catch((error: unknown) =>
    deps.logger.warn({ err: error }, 'something is left of executions'),
  );
}

/**
 * One turn: `cleared` is undefined where the operator has paused the market. Undefined where the loop was stopped while
 * another process held the database.
 */
async function clear(
  { economy }: OrchestratorDeps,
  runningMs: number,
  halt: AbortSignal,
): Promise<{ readonly cleared: ClearedCycle | undefined } | undefined> {
  try {
    return { cleared: await onceFree(economy, () => clearUnlessPaused(economy, { runningMs }), { signal: halt }) };
  } catch (error) {
    if (halt.aborted && error === halt.reason) return undefined;
    throw error;
  }
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
    const broken = new Promise<void>((resolve) => {
      this.broken.addEventListener('abort', () => resolve(), { once: true });
    });
    // What else runs is left to the next start: it may run for long.
    while (this.#running.size > 0 && !this.broken.aborted) await Promise.race([Promise.all(this.#running), broken]);
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

function report(deps: OrchestratorDeps, cleared: ClearedCycle): void {
  const { logger, events } = deps;
  const { cycle, bids, allocated, revenue, expiredBids, expiredPrompt, lives, needInstall, head } = cleared;
  logger.info({ cycle, bids, winners: allocated.length, revenue, expiredBids, head }, 'cleared');
  // A subscriber loses the oldest of too many events, so the one that nobody may miss comes last.
  for (const idle of lives.idle) tellIdle(deps, idle);
  for (const agentId of needInstall) events.publish({ kind: 'needs_install', agentId });
  for (const agentId of lives.died) events.publish({ kind: 'died', agentId });
  if (expiredPrompt !== undefined) events.publish({ kind: 'prompt_expired', promptId: expiredPrompt });
  events.publish({ kind: 'cycle', cycle, bids, winners: allocated.length });
}
