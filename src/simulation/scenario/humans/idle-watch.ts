import { bundleCost, type Prices } from '../../../domain/resources.ts';
import type { Economy } from '../../../economy/economy.ts';
import { STORE } from '../../../economy/internal/store-key.ts';
import { openPrompt } from '../../../economy/views/prompt-view.ts';
import type { SimulatedClock } from '../../simulated-clock.ts';
import { allAgents } from '../../measures/rows.ts';
import type { Residents } from '../residents.ts';
import { isPresent, type Hours } from './presence.ts';

const EVERY_MS = 10_000;

export interface IdleWatchOptions {
  readonly economy: Economy;
  readonly clock: SimulatedClock;
  /** Of all who score. */
  readonly hours: readonly Hours[];
  readonly residents: Residents;
}

/** Looks again and again whether whoever is there has nothing to read although somebody could pay to be read. */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  #busy = 0;
  #idle = 0;

  constructor(options: IdleWatchOptions) {
    this.#options = options;
  }

  /** From now on. */
  begin(): void {
    const { clock, hours, economy } = this.#options;
    clock.after(EVERY_MS, () => this.begin());
    if (!hours.some((its) => isPresent(its, clock.monotonic()))) return;
    if (openPrompt(economy)) this.#busy++;
    else if (this.#somebodyCanPay()) this.#idle++;
  }

  /** Of the time in which somebody had shown something or could pay for it, the share in which nothing was shown. */
  get idleShare(): number {
    const looks = this.#busy + this.#idle;
    return looks === 0 ? 0 : this.#idle / looks;
  }

  /** Whether somebody who lives has the reserve of a letter, held in bids or not. */
  #somebodyCanPay(): boolean {
    const { economy, residents } = this.#options;
    const { [STORE]: store } = economy;
    const prices = store.markets.prices();
    for (const { id, status } of allAgents(store))
      if (status !== 'dead' && store.accounts.balance(id).posted >= letterCost(residents, id, prices)) return true;
    return false;
  }
}

function letterCost(residents: Residents, agentId: string, prices: Prices): number {
  const { cpu_seconds: cpu, memory_mb: memoryMb, tokens } = residents.get(agentId).traits.settings.bundle;
  return bundleCost({ cpuMs: Math.round(cpu * 1000), memoryMb, tokens, attention: 1 }, prices);
}
