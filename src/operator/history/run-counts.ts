import type { Economy } from '../../economy/economy.ts';
import { runsAfter } from '../../economy/views/history-view.ts';

const ROWS = 5000;

/** How often each agent has run. Executions are only ever added, so `step` reads what came since. */
export class RunCounts {
  readonly #economy: Economy;
  readonly #counts = new Map<string, number>();
  #read = 0;

  constructor(economy: Economy) {
    this.#economy = economy;
  }

  /** Reads on a little. True where nothing is left to be read. */
  step(): boolean {
    const rows = runsAfter(this.#economy, this.#read, ROWS);
    for (const [id, agentId] of rows) {
      this.#counts.set(agentId, this.of(agentId) + 1);
      this.#read = id;
    }
    return rows.length < ROWS;
  }

  of(agentId: string): number {
    return this.#counts.get(agentId) ?? 0;
  }
}
