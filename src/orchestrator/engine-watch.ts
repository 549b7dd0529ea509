import { pauseMarket, resumeMarket } from '../economy/pause-market.ts';
import type { OrchestratorDeps } from './deps.ts';
import type { FinishedRun } from './execution-runner.ts';

/** Pauses the market while the engine doesn't answer, or while executions keep failing by one and the same fault. */
export interface EngineWatch {
  /** Counts faults in a row with one cause. */
  note(run: FinishedRun): void;
  /** Asks the engine, without making the market wait; the answer counts from the next cycle on. */
  look(signal: AbortSignal): void;
}

const ANSWER_MS = 5_000;

export function watchEngine(deps: OrchestratorDeps): EngineWatch {
  const { economy, sandbox, clock, logger, onEvent } = deps;
  let cause: string | undefined;
  let faults = 0;
  let isLooking = false;
  let isPaused = false;

  function pause(reason: string): void {
    if (isPaused) return;
    isPaused = true;
    pauseMarket(economy, reason);
    logger.error({ reason }, 'the market is paused');
    onEvent({ kind: 'paused', reason });
  }

  function resume(): void {
    if (!isPaused) return;
    isPaused = false;
    faults = 0;
    resumeMarket(economy);
    logger.info({}, 'the market runs again');
    onEvent({ kind: 'resumed' });
  }

  async function ask(signal: AbortSignal): Promise<void> {
    const answered = new AbortController();
    const late = new AbortController();
    const timer = clock.sleep(ANSWER_MS, AbortSignal.any([signal, answered.signal])).then(
      () => late.abort(new Error(`the engine did not answer within ${ANSWER_MS / 1000} seconds`)),
      // The sleep was cut short because the answer came, or because the loop ends.
      () => undefined,
    );
    const limit = AbortSignal.any([signal, late.signal]);
    try {
      // A full check while paused: the engine may answer and still not be able to run anything.
      await (isPaused ? sandbox.check(limit) : sandbox.ping(limit));
      resume();
    } catch (error) {
      if (!signal.aborted) pause(error instanceof Error ? error.message : String(error));
    } finally {
      answered.abort();
      await timer;
    }
  }

  return {
    note({ faultCode }) {
      faults = faultCode === undefined ? 0 : faultCode === cause ? faults + 1 : 1;
      cause = faultCode;
      if (faultCode !== undefined && faults >= economy.config.sandbox.faults_before_pause)
        pause(`${faults} executions in a row failed by a fault of the system: ${faultCode}`);
    },
    look(signal) {
      if (isLooking) return;
      isLooking = true;
      void ask(signal).finally(() => (isLooking = false));
    },
  };
}
