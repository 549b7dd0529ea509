import type { Clock } from './clock.ts';

/** Gives the work a signal that is aborted after so many milliseconds, unless it is done by then. */
export async function withinTime<T>(
  clock: Clock,
  milliseconds: number,
  work: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(milliseconds, done.signal).then(
    () => late.abort(new Error(`it took longer than ${milliseconds} ms`)),
    // The work is done.
    () => undefined,
  );
  try {
    return await work(late.signal);
  } finally {
    done.abort();
    await timer;
  }
}
