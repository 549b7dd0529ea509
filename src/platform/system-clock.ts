import { AwakeTime } from './awake-time.ts';
import type { Clock } from './clock.ts';

/** A timer that is asked for more fires at once; longer sleeps are made of several. */
const TIMER_MS_MAX = 2_147_483_647;

/** The machine's own time; its monotonic time stands still while this process can't run. */
export function systemClock(raw: () => number = () => performance.now()): Clock {
  const awake = new AwakeTime(raw);
  return {
    now: () => Date.now(),
    monotonic: () => awake.read(),
    async sleep(milliseconds, signal) {
      const until = awake.read() + milliseconds;
      // A timer may fire early, and does as soon as the process goes on after it was stopped.
      for (let left = milliseconds; ;) {
        await timer(Math.min(Math.max(left, 0), TIMER_MS_MAX), signal);
        left = until - awake.read();
        if (left <= 0) return;
      }
    },
  };
}

function timer(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timeout);
      // The caller's own reason, whatever it is: it may not be an Error.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const timeout = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
