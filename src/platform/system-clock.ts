import type { Clock } from './clock.ts';

/** A timer that is asked for more fires at once; longer sleeps are made of several. */
const TIMER_MS_MAX = 2_147_483_647;

/** The machine's own time. */
export function systemClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now(), sleep };
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let left = milliseconds;
  do {
    const part = Math.min(Math.max(left, 0), TIMER_MS_MAX);
    await timer(part, signal);
    left -= part;
  } while (left > 0);
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
