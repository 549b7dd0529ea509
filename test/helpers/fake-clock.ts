import type { Clock } from '../../src/platform/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets this many milliseconds pass and wakes who slept that long, the earliest first. */
  advance(milliseconds: number): void;
  /** Somebody sets the wall clock, forward or back; no time passes. */
  jump(milliseconds: number): void;
  /** How many sleep. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export function fakeClock(startMs = Date.UTC(2030, 0, 1)): FakeClock {
  let elapsedMs = 0;
  let jumpedMs = 0;
  const sleepers = new Set<Sleeper>();

  return {
    now: () => startMs + jumpedMs + elapsedMs,
    monotonic: () => elapsedMs,
    get sleepers() {
      return sleepers.size;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          sleepers.delete(sleeper);
          // The caller's own reason, whatever it is: it may not be an Error.
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors
          reject(signal?.reason);
        };
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper = { until: elapsedMs + milliseconds, wake };
        if (signal?.aborted) abort();
        else if (milliseconds <= 0) resolve();
        else {
          sleepers.add(sleeper);
          signal?.addEventListener('abort', abort, { once: true });
        }
      }),
    jump(milliseconds) {
      jumpedMs += milliseconds;
    },
    advance(milliseconds) {
      elapsedMs += milliseconds;
      const due = [...sleepers].filter(({ until }) => until <= elapsedMs).sort((a, b) => a.until - b.until);
      for (const { wake } of due) wake();
    },
  };
}
