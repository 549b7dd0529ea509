import { formatId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';

/** What can be asked of one that runs; undefined where it doesn't tell. */
export interface MeteredRun {
  usedCpuMs(): Promise<number | undefined>;
  memoryPeakBytes(): Promise<number | undefined>;
}

/** What an execution has used so far; null where that isn't known. */
export interface RunningUse {
  readonly id: string;
  readonly cpu_seconds: number | null;
  readonly memory_mb_peak: number | null;
}

/** However many look. */
const REST_MS = 1000;
const MB = 1_048_576;

/** What runs now has used so far. Nothing is asked of it until somebody looks, and at most once a second then. */
export class RunningUses {
  readonly #clock: Clock;
  readonly #runs = new Map<number, MeteredRun>();
  #last: { readonly at: number; readonly uses: Promise<readonly RunningUse[]> } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  follow(executionId: number, run: MeteredRun): void {
    this.#runs.set(executionId, run);
  }

  /** Idempotent. */
  forget(executionId: number): void {
    this.#runs.delete(executionId);
  }

  /** Of those that run, in the order in which they began. */
  now(): Promise<readonly RunningUse[]> {
    const at = this.#clock.monotonic();
    if (this.#last === undefined || at - this.#last.at >= REST_MS)
      this.#last = { at, uses: Promise.all([...this.#runs].map(([id, run]) => useOf(id, run))) };
    return this.#last.uses;
  }
}

async function useOf(executionId: number, run: MeteredRun): Promise<RunningUse> {
  const known = (figure: Promise<number | undefined>) => figure.catch(() => undefined);
  const [cpuMs, memoryBytes] = await Promise.all([known(run.usedCpuMs()), known(run.memoryPeakBytes())]);
  return {
    id: formatId('execution', executionId),
    cpu_seconds: cpuMs === undefined ? null : cpuMs / 1000,
    memory_mb_peak: memoryBytes === undefined ? null : memoryBytes / MB,
  };
}
