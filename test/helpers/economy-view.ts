import { micro } from '../../src/domain/credits.ts';
import type { EconomyView } from '../../src/terminal/view.ts';

/** An economy in the middle of its life, to be shown. */
export function economyView(change: Partial<EconomyView> = {}): EconomyView {
  const market = { price: micro(1_250_000), supply: 16, utilisation: 0.25 };
  return {
    cycle: 128,
    next_cycle_in_ms: 7000,
    state: 'running',
    notice: null,
    agents: { alive: 3, dormant: 1, dead: 2 },
    credits: { issued: micro(2_000_000_000), burned: micro(1_000_000), held: micro(1_500_500_000), pending: micro(0) },
    markets: {
      cpu_seconds: market,
      memory_mb: { ...market, supply: 3200 },
      tokens: { price: micro(0), supply: 0, utilisation: 0 },
      attention: { ...market, supply: 1, utilisation: 1 },
    },
    prompts: { open: null, queued: 0, away: false },
    executions: [],
    events: [],
    ...change,
  };
}
