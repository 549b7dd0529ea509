import { formatId } from '../domain/ids.ts';
import type { OrchestratorDeps } from './deps.ts';
import { executionsToStop, isToStop } from '../economy/executions/stop-execution.ts';

/** The longest time between the operator's wish and its being seen; a look is one read of an index that is mostly empty. */
const LOOK_MS = 250;
/** Nobody is told; without one each end of a stretch would make an error with a trace. */
const OVER = new Error('nothing runs any more');

/**
 * Sees which executions the operator wants to end. The wish is committed by another process, so the database is looked
 * at now and then, as long as anything runs.
 */
export class StopWatch {
  readonly #deps: OrchestratorDeps;
  readonly #begin: (looking: Promise<void>) => void;
  readonly #followed = new Map<number, AbortController>();
  #rest: AbortController | undefined;

  /** `begin` is handed each stretch of looking; it rejects only where the database can't be read. */
  constructor(deps: OrchestratorDeps, begin: (looking: Promise<void>) => void) {
    this.#deps = deps;
    this.#begin = begin;
  }

  /** Runs an execution with a signal that is aborted when the operator wants it to end, at once where that was before. */
  async follow<T>(executionId: number, run: (stop: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    this.#followed.set(executionId, stop);
    try {
      if (isToStop(this.#deps.economy, executionId)) this.#stop(executionId);
      if (!this.#rest) this.#begin(this.#look());
      return await run(stop.signal);
    } finally {
      this.#followed.delete(executionId);
      if (this.#followed.size === 0) this.#end();
    }
  }

  async #look(): Promise<void> {
    const { clock, economy } = this.#deps;
    const rest = new AbortController();
    this.#rest = rest;
    try {
      while (!rest.signal.aborted) {
        for (const executionId of executionsToStop(economy)) this.#stop(executionId);
        await clock.sleep(LOOK_MS, rest.signal).catch((error: unknown) => {
          if (!rest.signal.aborted) throw error;
        });
      }
    } finally {
      if (this.#rest === rest) this.#rest = undefined;
    }
  }

  /** What is followed next is looked after anew. */
  #end(): void {
    this.#rest?.abort(OVER);
    this.#rest = undefined;
  }

  /** The first wish counts; what isn't followed is not running here. */
  #stop(executionId: number): void {
    this.#followed.get(executionId)?.abort(new Error(`${formatId('execution', executionId)} is to be stopped`));
  }
}
