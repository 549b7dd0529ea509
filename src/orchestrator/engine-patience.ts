import { BpError } from '../platform/errors.ts';
import type { OrchestratorDeps } from './deps.ts';

const PAUSE_MS = 1000;
/** An engine that answers, but always with an error, will not answer otherwise for this container. */
const ERRORS_MAX = 10;
/** Nothing answers, or nobody lets us ask. */
const SILENT = new Set(['sandbox_engine_unreachable', 'sandbox_engine_permission']);

/**
 * Asks the engine about something that may run, until it answers. While it is silent nobody knows what runs, and that
 * must not be settled as lost: it might run on, and be run again. Meanwhile the market pauses by itself.
 *
 * Rejects with what the engine answers again and again, and with whatever isn't the engine's.
 */
export async function onceAnswered<T>(
  { clock, logger }: Pick<OrchestratorDeps, 'clock' | 'logger'>,
  execution: string,
  ask: () => Promise<T>,
): Promise<T> {
  for (let errors = 0; ;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof BpError) || error.kind !== 'engine') throw error;
      if (!SILENT.has(error.code) && ++errors >= ERRORS_MAX) throw error;
      logger.warn({ execution, code: error.code, err: error }, 'the engine is asked again about an execution');
      await clock.sleep(PAUSE_MS);
    }
  }
}
