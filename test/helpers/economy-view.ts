import type { ShownEconomy } from '../../src/terminal/view.ts';

/** An economy in the middle of its life, to be shown. */
export function economyView(change: Partial<ShownEconomy> = {}): ShownEconomy {
  const market = { price: 1.25, supply: 16, utilisation: 0.25 };
  return {
    cycle: 128,
    next_cycle_in_ms: 7000,
    state: 'running',
    paused: null,
    operator_pause: null,
    human_away: false,
    quiet_until: null,
    human_time: {
      minutes_today: 0,
      minutes_per_day: null,
      minutes_this_hour: 0,
      minutes_per_hour: null,
      spent: null,
    },
    running_seconds: 1280,
    notice: null,
    agents: { alive: 3, dormant: 1, dead: 2 },
    credits: { issued: 2000, burned: 1, market: 400, fees: 98.5, held: 1500.5, pending: 0 },
    markets: {
      cpu_seconds: market,
      memory_mb: { ...market, supply: 3200 },
      tokens: { price: 0, supply: 0, utilisation: 0 },
      attention: { ...market, supply: 1, utilisation: 1 },
    },
    spending: null,
    prompts: { open: 0, queued: 0 },
    open_prompt: null,
    running: [],
    coming: null,
    ...change,
  };
}
