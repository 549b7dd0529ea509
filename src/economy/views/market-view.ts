import { cyclesIn } from '../../config/cycle-length.ts';
import { multiply, toCredits, type MicroCredits } from '../../domain/credits.ts';
import {
  bundleCost,
  inUnits,
  minus,
  RESOURCES,
  type Bundle,
  type Prices,
  type Resource,
} from '../../domain/resources.ts';
import type { CycleRecord } from '../../store/cycles.ts';
import { plannedNow } from '../attention/attention-budget.ts';
import { isUnasked } from '../attention/prompt-slot.ts';
import type { Economy } from '../economy.ts';
import { marketRules } from '../market/market-rules.ts';
import { supplyNow } from '../market/supply-now.ts';
import { STORE } from '../internal/store-key.ts';
import { lotsView } from './lots-view.ts';
import { minutesLeftForAgents } from './human-time-view.ts';
import { whyPausedForAgents } from './pause-view.ts';

const NEWEST = Number.MAX_SAFE_INTEGER;

/** By resource: its price, what is sold of it now and its last utilisation, as the handshake shows them. */
export function marketsView(deps: Economy) {
  const { [STORE]: store } = deps;
  const supply = supplyNow(deps);
  const rows = store.markets.all();
  const prices = store.markets.prices();
  return byResource((resource) => ({
    price: toCredits(prices[resource]),
    supply: inUnits(resource, supply),
    utilisation: rows[resource]?.utilisation ?? 0,
  }));
}

/** The market as agents and the operator see it. */
export function marketStateView(deps: Economy) {
  const { [STORE]: store, config, derived } = deps;
  const state = store.state.get();
  const humanAway = isUnasked(deps);
  const isSoldOut = humanAway || plannedNow(deps) !== null;
  const rows = store.markets.all();
  const prices = store.markets.prices();
  const supply = supplyNow(deps);
  const free = minus(supply, store.executions.held());
  const cycleMs = config.market.cycle_seconds * 1000;
  return {
    cycle: state.cycle,
    next_cycle_at:
      state.clearedAt === null || state.operatorPause !== null
        ? null
        : new Date(state.clearedAt + cycleMs).toISOString(),
    cycle_seconds: config.market.cycle_seconds,
    paused: whyPausedForAgents(state),
    human_away: humanAway,
    human_minutes_left: minutesLeftForAgents(deps),
    mechanism: config.market.mechanism,
    ttl_cycles: marketRules(config).ttlCycles,
    bid_horizon_cycles: cyclesIn(config.market.bid_horizon_seconds, config.market),
    markets: byResource((resource) => ({
      price: toCredits(prices[resource]),
      start_price: toCredits(derived.startPrices[resource]),
      supply: inUnits(resource, supply),
      free: resource === 'attention' && isSoldOut ? 0 : Math.max(0, inUnits(resource, free)),
      utilisation: rows[resource]?.utilisation ?? 0,
      smoothed_demand: rows[resource]?.smoothedDemand ?? null,
    })),
    bare_execution_cost: toCredits(bareExecutionCost(deps)),
    least_endowment: toCredits(leastEndowment(deps)),
    message_fee: toCredits(config.economy.message_fee),
    lots: lotsView(deps),
    pending_bids: store.bids.countPending(),
    recent: store.cycles.page(NEWEST, config.market.recent_clearings).map(cycleView),
  };
}

/** `economy.bare_bundle` at today's reserve. */
function bareExecutionCost({ [STORE]: store, config }: Economy): MicroCredits {
  return bundleCost(bareBundle(config.economy.bare_bundle), store.markets.prices());
}

/** The least endowment of a child, at today's reserve. */
export function leastEndowment(deps: Economy): MicroCredits {
  return multiply(bareExecutionCost(deps), Math.ceil(deps.config.economy.spawn.endowment_min_bare_executions));
}

/** `economy.bare_bundle` as the domain takes it. */
export function bareBundle(bare: { readonly cpu_seconds: number; readonly memory_mb: number }): Bundle {
  return { cpuMs: Math.round(bare.cpu_seconds * 1000), memoryMb: bare.memory_mb, tokens: 0, attention: 0 };
}

export function cycleView(record: CycleRecord) {
  return {
    cycle: record.cycle,
    at: new Date(record.at).toISOString(),
    duration_ms: Number(record.durationMs.toFixed(3)),
    paused: record.paused === 1,
    bids: record.bids,
    competing: record.competing,
    winners: record.winners,
    expired: record.expired,
    revenue: toCredits(record.revenue as MicroCredits),
    supply: JSON.parse(record.supply) as unknown,
    held: JSON.parse(record.held) as unknown,
    demand: JSON.parse(record.demand) as unknown,
    utilisation: JSON.parse(record.utilisation) as unknown,
    prices_before: JSON.parse(record.pricesBefore) as unknown,
    prices_after: JSON.parse(record.pricesAfter) as unknown,
    head: record.head,
  };
}

function byResource<T>(view: (resource: Resource) => T): Readonly<Record<Resource, T>> {
  return Object.fromEntries(RESOURCES.map((resource) => [resource, view(resource)])) as Record<Resource, T>;
}

/** The records of cycles before this one, the newest first. */
export function cyclesBefore(economy: Economy, before: number, limit: number): readonly CycleRecord[] {
  return economy[STORE].cycles.page(before, limit);
}

/** Tokens that a cycle's executions bought and used. */
export function tokensOfCycle(economy: Economy, cycle: number): { readonly sold: number; readonly used: number } {
  return economy[STORE].executions.tokensOf(cycle);
}

/** The reserve prices of now. */
export function pricesOf(economy: Economy): Prices {
  return economy[STORE].markets.prices();
}
