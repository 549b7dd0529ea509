import { TOLD_AFTER_MS, tryWriteLock, writeLock } from '../economy/home/database-patience.ts';
import type { OrchestratorDeps } from './deps.ts';

const LOOK_MS = 250;

/** Tells the operator of another process that holds the database, and ends the waiting for it at the end of the run. */
export interface DatabaseWatch {
  /** From now on what has to be written waits for the lock no longer than it may at the end of a run. */
  end(): void;
  /** Looks no more. */
  close(): void;
}

/** The caller needn't wait for it: what has to be written waits by itself. */
export function watchDatabase(deps: OrchestratorDeps): DatabaseWatch {
  const lock = writeLock(deps.economy);
  const closing = new AbortController();
  const ending: Ending = { since: undefined };
  const look = () => {
    if (!closing.signal.aborted) void lookUntilFree(deps, ending, closing.signal);
  };
  lock.onHeld(look);
  if (lock.isHeld) look();
  return {
    end() {
      ending.since ??= deps.clock.monotonic();
    },
    close: () => closing.abort(),
  };
}

interface Ending {
  since: number | undefined;
}

async function lookUntilFree(deps: OrchestratorDeps, ending: Ending, signal: AbortSignal): Promise<void> {
  const { economy, clock, logger, events } = deps;
  const lock = writeLock(economy);
  const limitMs = economy.config.ending.locked_ms;
  const since = clock.monotonic();
  let isTold = false;
  while (lock.isHeld && !signal.aborted) {
    const now = clock.monotonic();
    if (!isTold && now - since >= TOLD_AFTER_MS) {
      isTold = true;
      logger.warn({}, 'another process holds the database: the market waits for it');
      events.publish({ kind: 'locked' });
    }
    if (ending.since !== undefined && now - Math.max(since, ending.since) >= limitMs) {
      logger.error({ limitMs }, 'the database was not free in time: the next start settles what is left');
      lock.endPatience();
      return;
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    tryToWrite(deps);
  }
  if (!isTold || signal.aborted) return;
  logger.info({ heldMs: Math.round(clock.monotonic() - since) }, 'the database is free again');
  events.publish({ kind: 'unlocked' });
}

/**
 * Tries to write, so that it is noticed when the database is free again: nobody else may want to write for a while.
 */
function tryToWrite({ economy }: OrchestratorDeps): void {
  try {
    tryWriteLock(economy);
  } catch {
    // What has to be written meets the same fault.
  }
}
