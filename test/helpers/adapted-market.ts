import { allocate, type AllocationInput } from '../../src/domain/allocation-scheduler.ts';
import { micro, type MicroCredits } from '../../src/domain/credits.ts';
import { ONE_PPM } from '../../src/domain/offers.ts';
import type { Offer, StandingBid } from '../../src/domain/market.ts';
import {
  demandOf,
  nextPrices,
  NO_SMOOTHED_DEMAND,
  startPrices,
  usedOf,
  type DemandRule,
} from '../../src/domain/pricing.ts';
import { byDensity } from '../../src/domain/ranking.ts';
import { bundleCost, NOTHING, type Prices, type Quantities } from '../../src/domain/resources.ts';
import type { KnapsackInstance } from './knapsack-instances.ts';

/** The defaults of the configuration, with room for prices to find their place wherever that is. */
const RULE: DemandRule = {
  kind: 'demand',
  smoothing: 0.3,
  target: 1.2,
  rate: 0.0625,
  demandMax: 3,
  capFactor: 1e6,
  pace: { spans: 1, stepMax: 0.5 },
};
/** As long as prices take to get from one end to the other. */
const CYCLES = 150;
/** Until they stand where they will stay, where there are many constraints. */
export const CYCLES_TO_SETTLE = 1000;
const MICRO = 1_000_000;
/** How far the price of one constraint is moved to get another order. */
const TURN = 1.3;

export interface DensityOutcome {
  /** The sum of the winners' values. */
  readonly value: number;
  /** The best of several orders: that by these prices, and those in which one constraint counts more, or less. */
  readonly bestOfOrders: number;
}

/**
 * What the market's order makes of a knapsack once reserve prices have adapted to the same bids, cycle after cycle.
 * Order and price rule are the market's own; only what fits is told apart here, since the market has four resources and
 * an instance may have any number of constraints.
 */
export function densityOutcome(instance: KnapsackInstance, cycles = CYCLES): DensityOutcome {
  const { values, weights, capacities } = instance;
  const bids = values.map(bidOf);
  const total = values.reduce((sum, value) => sum + value, 0) * MICRO;
  // At first all that there is costs a hundredth of what all items are worth.
  const floor = capacities.map((capacity) => micro(Math.max(1, Math.floor(total / 100 / weights.length / capacity))));
  const valueOf = (items: readonly number[]) => items.reduce((sum, item) => sum + values[item]!, 0);
  const winnersAt = (at: readonly MicroCredits[]) => {
    const offers = bids.map((bid) => ({
      ...{ bid, reserveCost: costOf(instance, bid.id, at), age: bid.passedOver },
      ...{ weightPpm: ONE_PPM, amountMost: Infinity },
    }));
    return { offers, winners: fill(instance, byDensity(0).rank(offers)) };
  };
  let prices: readonly MicroCredits[] = floor;
  let smoothed: readonly (number | null)[] = capacities.map(() => null);
  for (let cycle = 1; cycle < cycles; cycle++) {
    const { offers, winners } = winnersAt(prices);
    const won = new Set(winners);
    const asking = offers.filter(({ bid, reserveCost }) => !won.has(bid.id) && bid.amount >= reserveCost);
    const wanted = [...winners, ...asking.map(({ bid }) => bid.id)];
    const moved = capacities.map((capacity, constraint) => {
      const demand = wanted.reduce((sum, item) => sum + weights[constraint]![item]!, 0);
      const next = nextPrices({
        prices: oneOf(prices[constraint]!),
        smoothed: { ...NO_SMOOTHED_DEMAND, memory_mb: smoothed[constraint]! },
        ...{ demand: { ...NOTHING, memoryMb: demand }, used: NOTHING, supply: { ...NOTHING, memoryMb: capacity } },
        ...{ startPrices: oneOf(floor[constraint]!), rule: RULE },
      });
      return [next.prices.memory_mb, next.smoothed.memory_mb] as const;
    });
    prices = moved.map(([price]) => price);
    smoothed = moved.map(([, demand]) => demand);
  }
  const value = valueOf(winnersAt(prices).winners);
  const turned = prices.flatMap((_, turning) =>
    [TURN, 1 / TURN].map((by) => prices.map((it, place) => (place === turning ? micro(Math.ceil(it * by)) : it))),
  );
  return { value, bestOfOrders: Math.max(value, ...turned.map((at) => valueOf(winnersAt(at).winners))) };
}

/** A constraint stands where the price rule expects memory: in whole units. */
function oneOf(price: MicroCredits): Prices {
  return { cpu_seconds: micro(0), memory_mb: price, tokens: micro(0), attention: micro(0) };
}

/** Made once for all cycles: only what it costs moves. */
function bidOf(value: number, item: number): StandingBid {
  return {
    ...{ id: item, agentId: `${item}`, payerId: `${item}`, lineageId: `${item}`, amount: micro(value * MICRO) },
    ...{ bundle: { ...NOTHING, attention: 0 }, reserveAtPlacing: micro(1), passedOver: 0, earliestCycle: 0 },
  };
}

function costOf({ weights }: KnapsackInstance, item: number, prices: readonly MicroCredits[]): MicroCredits {
  return micro(
    Math.max(
      1,
      weights.reduce((sum, row, constraint) => sum + row[item]! * prices[constraint]!, 0),
    ),
  );
}

function fill({ weights, capacities }: KnapsackInstance, ranked: readonly Offer[]): readonly number[] {
  const left = [...capacities];
  return ranked.flatMap(({ bid: { id } }) => {
    if (weights.some((row, constraint) => row[id]! > left[constraint]!)) return [];
    for (const [constraint, row] of weights.entries()) left[constraint]! -= row[id]!;
    return [id];
  });
}

/** A market in which bids for what is sold come anew in each cycle, after its prices have adapted to them. */
export function adaptedMarket(bids: readonly StandingBid[], supply: Quantities): AllocationInput {
  const floor = startPrices(supply, {
    stockValue: micro(100 * MICRO),
    flowValue: micro(100 * MICRO),
    start: { cpu_seconds: null, memory_mb: null, tokens: null, attention: micro(50 * MICRO) },
  });
  const moment = {
    ...{ cycle: 1, paused: false, runningAgents: new Set<string>(), freeAtStart: supply },
    installingAgents: new Set<string>(),
    ...{ tokensWithheld: 0, recentAttention: [] },
  };
  const rules = { mechanism: 'density', ageBonusPpm: 50_000, restAllocations: 3, ttlCycles: 60 } as const;
  let prices = floor;
  let smoothed = NO_SMOOTHED_DEMAND;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const allocation = allocate({ bids: payable(bids, prices), prices, rules, moment });
    const [demand, used] = [demandOf(allocation, NOTHING), usedOf(allocation, NOTHING)];
    ({ prices, smoothed } = nextPrices({ prices, smoothed, demand, used, supply, startPrices: floor, rule: RULE }));
  }
  return { bids: payable(bids, prices), prices, rules, moment };
}

/** No bid is placed under its reserve. */
function payable(bids: readonly StandingBid[], prices: Prices): readonly StandingBid[] {
  return bids.flatMap((bid) => {
    const reserveAtPlacing = bundleCost(bid.bundle, prices);
    return bid.amount >= reserveAtPlacing ? [{ ...bid, reserveAtPlacing }] : [];
  });
}

/**
 * Bids as agents make them: of a small program, of a large one, of one that thinks, now and then of one that asks for
 * the human (`attention`: how often); each worth up to four times what it costs at start prices. The supply is a share of what they ask for.
 */
export function marketShaped(
  random: () => number,
  { bids: count = 60, tightness, attention = 0.1 }: { bids?: number; tightness: number; attention?: number },
): { readonly bids: readonly StandingBid[]; readonly supply: Quantities } {
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const bundles = Array.from({ length: count }, () => {
    const kind = random();
    const large = kind < 0.2 ? 5 : 1;
    return {
      cpuMs: between(500, 4000) * large,
      memoryMb: between(32, 256) * large,
      tokens: kind > 0.6 ? between(100, 4000) : 0,
      attention: random() < attention ? (1 as const) : (0 as const),
    };
  });
  const asked = (key: 'cpuMs' | 'memoryMb' | 'tokens') => bundles.reduce((sum, bundle) => sum + bundle[key], 0);
  const share = (key: 'cpuMs' | 'memoryMb' | 'tokens') => Math.max(1, Math.floor(asked(key) * tightness));
  const supply = { cpuMs: share('cpuMs'), memoryMb: share('memoryMb'), tokens: share('tokens'), attention: 1 };
  const start = startPrices(supply, {
    stockValue: micro(100 * MICRO),
    flowValue: micro(100 * MICRO),
    start: { cpu_seconds: null, memory_mb: null, tokens: null, attention: micro(50 * MICRO) },
  });
  const bids = bundles.map((bundle, place): StandingBid => {
    const cost = bundleCost(bundle, start);
    const agent = `agent-${place}`;
    return {
      ...{ id: place + 1, agentId: agent, payerId: agent, lineageId: agent, bundle },
      ...{
        amount: micro(Math.floor(cost * (1 + 3 * random()))),
        reserveAtPlacing: cost,
        passedOver: 0,
        earliestCycle: 0,
      },
    };
  });
  return { bids, supply };
}
