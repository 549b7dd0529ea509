import type { Economy } from '../economy/economy.ts';
import { runningProcess } from '../economy/home/open-home.ts';
import { BpError } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Home } from './home.ts';
import { unsettledExecutions } from '../economy/views/execution-view.ts';

/** What reaches the process that runs a home's market from another one. */
export interface ProcessDeps {
  readonly clock: Clock;
  /** The operator doesn't want to wait any more. */
  readonly interrupt: AbortSignal;
  /** Does what one Ctrl-C does, to another process. Throws the system's error. */
  interruptProcess(pid: number): void;
}

const LOOK_MS = 100;
/** The holder of the lock tells its id right after it took it. */
const TELL_MS_MAX = 2000;
/** A run takes a second interrupt that comes sooner for the first one, passed on twice. */
const NEXT_INTERRUPT_MS = 500;
/** Nothing is settled then. */
const AT_ONCE_MS_MAX = 10_000;

/** The process that runs this economy, or undefined where none does. Throws `BpError` `run_unknown`. */
export async function findRun(deps: ProcessDeps, directory: string): Promise<number | undefined> {
  const until = deps.clock.monotonic() + TELL_MS_MAX;
  for (;;) {
    const pid = runningProcess(directory);
    if (pid !== 0) return pid;
    if (deps.clock.monotonic() > until)
      throw new BpError('run_unknown', 'a run is going on, but it can not be told in which process', {
        hint: 'end it with Ctrl-C in its terminal, or see which process has .bp-agents/run.lock open',
      });
    await deps.clock.sleep(LOOK_MS, deps.interrupt);
  }
}

/**
 * Ends a run as one Ctrl-C does, or as two do where it is to be `now`, and waits until it has ended.
 * Throws `BpError`: `run_not_ended`, `run_not_ours`.
 */
export async function endRun(
  deps: ProcessDeps,
  { directory, economy }: Pick<Home, 'directory' | 'economy'>,
  pid: number,
  { now }: { readonly now: boolean },
): Promise<void> {
  const isOver = () => runningProcess(directory) !== pid;
  interrupt(deps, pid);
  if (now) {
    await waitUntil(deps, isOver, NEXT_INTERRUPT_MS);
    if (!isOver()) interrupt(deps, pid);
  }
  const limitMs = now ? AT_ONCE_MS_MAX : endLimitMs(economy) + TELL_MS_MAX;
  if (await waitUntil(deps, isOver, limitMs)) return;
  throw new BpError('run_not_ended', `process ${pid} has not ended within ${Math.ceil(limitMs / 1000)} s`, {
    hint: now ? `kill -9 ${pid} ends it; the next run recovers` : 'bp-agents stop --now ends it at once',
  });
}

/** The longest that what runs can still take, and then some; the wall clock may have been set since it began. */
function longestWaitMs(economy: Economy): number {
  const { backstop_ms: backstopMs, stop_grace_ms: graceMs } = economy.config.sandbox;
  const longest = Math.max(0, ...unsettledExecutions(economy).map(({ wallMs }) => wallMs));
  const { answer_wait_ms: answerMs } = economy.config.intelligence;
  return longest + backstopMs + graceMs + answerMs + economy.config.ending.spare_ms;
}

/** After that long a run that settles what runs has ended, whatever keeps it. */
export function endLimitMs(economy: Economy): number {
  return longestWaitMs(economy) + economy.config.ending.locked_ms;
}

/** False where it took longer. Rejects when the operator doesn't want to wait any more. */
export async function waitUntil(
  { clock, interrupt: signal }: ProcessDeps,
  isThere: () => boolean,
  limitMs: number,
): Promise<boolean> {
  const until = clock.monotonic() + limitMs;
  while (!isThere()) {
    if (clock.monotonic() > until) return false;
    await clock.sleep(LOOK_MS, signal);
  }
  return true;
}

function interrupt(deps: ProcessDeps, pid: number): void {
  try {
    deps.interruptProcess(pid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It has ended by itself.
    if (code === 'ESRCH') return;
    if (code !== 'EPERM') throw error;
    throw new BpError('run_not_ours', `process ${pid} runs this economy and belongs to another user`, {
      hint: 'end it as that user',
      cause: error,
    });
  }
}
