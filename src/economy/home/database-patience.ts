import type { Clock } from '../../platform/clock.ts';
import { isLocked } from '../../store/database-error.ts';
import type { WriteLock } from '../../store/write-lock.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

export interface Patience {
  /** The caller's own reason to wait no longer. */
  readonly signal?: AbortSignal;
  /** How long it is waited at most. */
  readonly limitMs?: number;
}

/** Most of what other processes write takes no longer. */
const PAUSE_MS_LEAST = 5;
const PAUSE_MS_MOST = 100;
/** What is held for less nobody has to know of. */
export const TOLD_AFTER_MS = 2_000;

/**
 * Does work that writes, as soon as no other process holds the database for writing. A backup tool may hold it for
 * minutes; the work is tried again until then, and all else goes on.
 *
 * Rejects with `database_locked` when the limit has passed or the lock isn't waited for any more, with the signal's
 * reason, and with whatever else the work throws.
 */
export async function onceFree<T>(
  { [STORE]: store, clock }: Pick<Economy, typeof STORE | 'clock'>,
  work: () => T | Promise<T>,
  { signal, limitMs = Infinity }: Patience = {},
): Promise<T> {
  const { patience } = store.lock;
  const until = clock.monotonic() + limitMs;
  for (let pauseMs = PAUSE_MS_LEAST; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MOST)) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || patience.aborted || clock.monotonic() >= until) throw error;
      const over = signal ? AbortSignal.any([signal, patience]) : patience;
      await clock.sleep(pauseMs, over).catch((reason: unknown) => {
        throw signal?.aborted ? reason : error;
      });
    }
  }
}

/** What is known of other processes that hold the database for writing. */
export function writeLock(economy: Economy): Pick<WriteLock, 'isHeld' | 'onHeld' | 'endPatience'> {
  return economy[STORE].lock;
}

/** Tries whether it is free; the lock notes what came of it. Throws as every write does. */
export function tryWriteLock(economy: Economy): void {
  economy[STORE].transaction(() => undefined);
}

/** Whether this is what a write throws while another process holds the database. */
export function isHeldByAnother(error: unknown): boolean {
  return isLocked(error);
}

/**
 * The same for a database that is yet to be opened. `onWait` is told once, where it takes longer than another's write.
 * Rejects with the signal's reason.
 */
export async function onceOpened<T>(
  clock: Clock,
  open: () => T | Promise<T>,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<T> {
  const since = clock.monotonic();
  for (let isTold = false; ;) {
    try {
      return await open();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (!isTold && clock.monotonic() - since >= TOLD_AFTER_MS) {
        isTold = true;
        onWait();
      }
      await clock.sleep(PAUSE_MS_MOST, signal);
    }
  }
}
