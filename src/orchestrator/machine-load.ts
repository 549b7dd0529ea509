import type { CpuTimes } from '../platform/cpu-times.ts';
import type { ServedExecution } from '../sandbox/sandbox.ts';

export interface MachineLoadOptions {
  readonly cpuTimes: () => CpuTimes;
  /** CPU milliseconds that this program has used. */
  readonly ownCpuMs: () => number;
  /** Agents run on another machine: what they use is none of this one's. */
  readonly isEngineElsewhere: boolean;
}

type Metered = Pick<ServedExecution, 'usedCpuMs'>;

/** What others than the agents and this program use of the machine. */
export class MachineLoad {
  readonly #options: MachineLoadOptions;
  /** By execution: who tells what it has used, and what was counted of it. */
  readonly #running = new Map<number, { readonly run: Metered; countedMs: number }>();
  #endedMs = 0;
  #last: (CpuTimes & { readonly ownMs: number }) | undefined;

  constructor(options: MachineLoadOptions) {
    this.#options = options;
  }

  follow(executionId: number, run: Metered): void {
    if (!this.#options.isEngineElsewhere) this.#running.set(executionId, { run, countedMs: 0 });
  }

  /** To be called when it has ended, and its use is known. */
  async forget(executionId: number): Promise<void> {
    const known = this.#running.get(executionId);
    this.#running.delete(executionId);
    if (known) this.#endedMs += (await this.#newUse(known)) ?? 0;
  }

  /**
   * Others' share of all CPUs since it was asked last, from 0 to 1. Undefined the first time, and where an execution
   * doesn't tell what it has used: nobody is to be blamed for its part.
   */
  async othersShare(): Promise<number | undefined> {
    const uses = await Promise.all([...this.#running.values()].map((known) => this.#newUse(known)));
    const agentsMs = uses.reduce<number>((sum, use) => sum + (use ?? 0), this.#endedMs);
    this.#endedMs = 0;
    const now = { ...this.#options.cpuTimes(), ownMs: this.#options.ownCpuMs() };
    const last = this.#last;
    this.#last = now;
    if (!last || uses.includes(undefined)) return undefined;
    const busyMs = now.busyMs - last.busyMs;
    const allMs = busyMs + now.idleMs - last.idleMs;
    if (allMs <= 0) return undefined;
    return Math.min(1, Math.max(0, busyMs - agentsMs - (now.ownMs - last.ownMs)) / allMs);
  }

  /** Since it was counted last. */
  async #newUse(known: { readonly run: Metered; countedMs: number }): Promise<number | undefined> {
    const usedMs = await known.run.usedCpuMs().catch(() => undefined);
    if (usedMs === undefined) return undefined;
    const newMs = Math.max(0, usedMs - known.countedMs);
    known.countedMs += newMs;
    return newMs;
  }
}
