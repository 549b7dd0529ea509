import type { Clock } from '../../platform/clock.ts';

export interface Budget {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** How much later than the supervisor the host acts, in milliseconds of CPU time and of wall time. */
  readonly marginMs: number;
  /** As many CPU milliseconds as the execution can use in one millisecond. */
  readonly cpus: number;
}

/** The shortest pause between two looks; only a nearly spent budget is looked at so often. */
const PAUSE_MS_MIN = 50;
/** A look is one read of a small kernel file. */
const PAUSE_MS_MAX = 5000;

/**
 * Resolves when an execution that began at `beganAt` (monotonic) has used more than its budget and the margin, which its supervisor should have prevented:
 * it is stuck, starved or gone. Rejects when the signal is aborted.
 */
export async function watchBudget(
  clock: Clock,
  budget: Budget,
  beganAt: number,
  usedCpuMs: () => number | undefined,
  signal: AbortSignal,
): Promise<'cpu_backstop' | 'wall_backstop'> {
  const deadline = beganAt + budget.wallMs + budget.marginMs;
  for (;;) {
    const wallLeftMs = deadline - clock.monotonic();
    if (wallLeftMs <= 0) return 'wall_backstop';
    const used = usedCpuMs();
    const cpuLeftMs = used === undefined ? undefined : budget.cpuMs + budget.marginMs - used;
    if (cpuLeftMs !== undefined && cpuLeftMs <= 0) return 'cpu_backstop';
    // It can't be spent any sooner than on all CPUs at once.
    const cpuPauseMs = cpuLeftMs === undefined ? PAUSE_MS_MAX : cpuLeftMs / budget.cpus;
    const pauseMs = Math.min(Math.max(cpuPauseMs, PAUSE_MS_MIN), PAUSE_MS_MAX, wallLeftMs);
    await clock.sleep(Math.max(1, Math.ceil(pauseMs)), signal);
  }
}
