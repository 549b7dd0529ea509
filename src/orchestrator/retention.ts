import { formatId } from '../domain/ids.ts';
import { isHeldByAnother } from '../economy/home/database-patience.ts';
import { forgetOldText, forgetsText, outdatedOutputs } from '../economy/privacy/forget-old-text.ts';
import { emptyDatabaseLog } from '../economy/privacy/rewrite-database.ts';
import { newestExecution } from '../economy/views/execution-view.ts';
import type { OrchestratorDeps } from './deps.ts';

/** Text is kept for days: nothing is missed by looking this seldom, and very short cycles aren't held up. */
const LOOK_MS = 10_000;
/** A step while the market waits for nothing else; what is left is for the next. */
const OUTPUTS_MAX = 200;

/** Lets go of text that `history.days` keeps no longer, step by step while the market runs. */
export class Retention {
  readonly #deps: OrchestratorDeps;
  readonly #isOn: boolean;
  /** Up to here outputs are gone. */
  #forgotten: number;
  #lookedAt = -Infinity;

  constructor(deps: OrchestratorDeps) {
    this.#deps = deps;
    this.#isOn = forgetsText(deps.economy);
    // Those of earlier ones are removed as newer ones come.
    this.#forgotten = this.#isOn ? newestExecution(deps.economy) - deps.economy.config.sandbox.outputs_max : 0;
  }

  /** One step, where one is due. To be called at each cycle. Resolves when it is done. */
  async look(): Promise<void> {
    const { clock } = this.#deps;
    if (!this.#isOn || clock.monotonic() - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = clock.monotonic();
    this.#forgetRows();
    await this.#forgetOutputs();
  }

  /** Nobody waits for it. What fails because another process holds the database is done at the next step. */
  #forgetRows(): void {
    const { economy } = this.#deps;
    try {
      // Pages as they were before stand in the log until it is begun anew.
      if (forgetOldText(economy) > 0) emptyDatabaseLog(economy);
    } catch (error) {
      if (!isHeldByAnother(error)) throw error;
    }
  }

  async #forgetOutputs(): Promise<void> {
    const { economy, sandbox, logger } = this.#deps;
    for (const executionId of outdatedOutputs(economy, { after: this.#forgotten, limit: OUTPUTS_MAX })) {
      const execution = formatId('execution', executionId);
      try {
        await sandbox.forget(execution);
      } catch (error) {
        // It is tried again with the next step.
        logger.warn({ execution, err: error }, 'an output could not be removed');
        return;
      }
      this.#forgotten = executionId;
    }
  }
}
