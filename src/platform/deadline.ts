import type { Clock } from './clock.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** The caller's own reason to give up. */
  readonly signal?: AbortSignal | undefined;
  /** Made when the time has passed; otherwise an error that says so. */
  readonly late?: () => Error;
}

/** Why a wait that is no longer wanted ends. Nobody is told; without one each abort would make an error with a trace. */
const OVER = new Error('it is over');

/**
 * Runs `work` with a signal that is aborted when the caller gives up or the time has passed.
 * Rejects at that moment, whether or not `work` heeds its signal; a value that comes later is dropped.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, milliseconds, signal } = deadline;
  const late = deadline.late ?? (() => new Error(`it took longer than ${milliseconds} ms`));
  signal?.throwIfAborted();
  const inner = new AbortController();
  const timer = new AbortController();
  const giveUp = () => inner.abort(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason as Error), { once: true });
  });
  clock.sleep(milliseconds, timer.signal).then(
    () => inner.abort(late()),
    () => undefined,
  );
  try {
    return await Promise.race([work(inner.signal), aborted]);
  } finally {
    timer.abort(OVER);
    signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * The result of the work within that time, else undefined; the work then goes on and its result is dropped. Rejects as
 * it does.
 */
export async function within<T>(clock: Clock, milliseconds: number, work: () => Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const late = clock.sleep(milliseconds, done.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([work(), late]);
  } finally {
    done.abort(OVER);
  }
}
