import { withDeadline } from '../platform/deadline.ts';
import { onceFree } from '../economy/home/database-patience.ts';
import { pauseMarket, resumeMarket } from '../economy/market/pause-market.ts';
import type { OrchestratorDeps } from './deps.ts';
import type { FinishedRun } from './execution-runner.ts';
import { stateOf } from '../economy/views/status-view.ts';

/** Pauses the market while the engine doesn't answer, or while executions keep failing by one and the same fault. */
export interface EngineWatch {
  /** Counts faults in a row with one cause. Rejects only where the pause can't be stored. */
  note(run: FinishedRun): Promise<void>;
  /**
   * Asks the engine, unless it is being asked already. Nobody has to wait: the answer counts from the next cycle on.
   * Rejects only where the pause can't be stored.
   */
  look(signal: AbortSignal): Promise<void>;
}

const ANSWER_MS = 5_000;
const noAnswer = () => new Error(`the engine did not answer within ${ANSWER_MS / 1000} seconds`);

export function watchEngine(deps: OrchestratorDeps): EngineWatch {
  const { economy, sandbox, clock, logger, events } = deps;
  let cause: string | undefined;
  let faults = 0;
  let isLooking = false;
  // An earlier run may have left the market paused.
  let isPaused = stateOf(economy).pausedReason !== null;
  let pausing: Promise<void> | undefined;

  async function pause(reason: string): Promise<void> {
    if (isPaused) return;
    isPaused = true;
    pausing = onceFree(economy, () => pauseMarket(economy, reason));
    await pausing;
    logger.error({ reason }, 'the market is paused');
    events.publish({ kind: 'paused', by: 'engine', reason });
  }

  async function resume(): Promise<void> {
    // Each may wait for another process that holds the database; a pause written last would have no end.
    await pausing;
    await onceFree(economy, () => resumeMarket(economy));
    isPaused = false;
    faults = 0;
    logger.info({}, 'the market runs again');
    events.publish({ kind: 'resumed' });
  }

  async function ask(signal: AbortSignal): Promise<void> {
    // While paused a full check: the engine may answer and still not be able to run anything.
    const isFull = isPaused;
    try {
      await withDeadline({ clock, milliseconds: ANSWER_MS, signal, late: noAnswer }, async (limit) =>
        isFull ? sandbox.check(limit) : sandbox.ping(limit),
      );
    } catch (error) {
      if (!signal.aborted) await pause(error instanceof Error ? error.message : String(error));
      return;
    }
    if (isFull && !signal.aborted) await resume();
  }

  return {
    async note({ faultCode }) {
      faults = faultCode === undefined ? 0 : faultCode === cause ? faults + 1 : 1;
      cause = faultCode;
      if (faultCode !== undefined && faults >= economy.config.sandbox.faults_before_pause)
        await pause(`${faults} executions in a row failed by a fault of the system: ${faultCode}`);
    },
    async look(signal) {
      if (isLooking) return;
      isLooking = true;
      try {
        await ask(signal);
      } finally {
        isLooking = false;
      }
    },
  };
}
