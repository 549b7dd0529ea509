import type { Clock } from '../../../platform/clock.ts';
import { broken } from './answer-reader.ts';

/** What can stand still, and be broken off. */
export interface Moving {
  /** Differs after each piece that has passed. */
  readonly passed: number;
  close(error?: Error): void;
}

/** A busy engine may take long, but not for ever. */
const STILL_MS_MAX = 60_000;

/** Runs work; breaks it off when the signal is aborted, or when nothing has passed for a minute. */
export async function whileItMoves<T>(
  clock: Clock,
  moving: Moving,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const watch = async () => {
    for (let passed = -1; passed !== moving.passed;) {
      ({ passed } = moving);
      await clock.sleep(STILL_MS_MAX, done.signal);
    }
    moving.close(broken('it stands still'));
  };
  const giveUp = () => moving.close();
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  void watch().catch(() => undefined);
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    done.abort();
    signal.removeEventListener('abort', giveUp);
  }
}
