import { AMOUNT_MAX, floorShare, max, micro, min, ZERO, type MicroCredits } from './credits.ts';
import type { Allocation } from './market.ts';
import {
  isFlow,
  NOTHING,
  plus,
  QUANTITY_KEY,
  RESOURCES,
  type Bundle,
  type Prices,
  type Quantities,
  type Resource,
} from './resources.ts';

/**
 * Each resource's smoothed demand as a multiple of its whole supply. Null where the price rule keeps none (attention,
 * a resource without supply, every resource under `band` and `fixed`) and before the first cycle.
 */
export type SmoothedDemand = Readonly<Record<Resource, number | null>>;

export const NO_SMOOTHED_DEMAND: SmoothedDemand = { cpu_seconds: null, memory_mb: null, tokens: null, attention: null };

/** How far one cycle carries a price. */
export interface Pace {
  /** How many of the spans that a rate is for a cycle lasts. */
  readonly spans: number;
  /** The most that a price moves in one cycle, as a share of itself: a long one has seen no more than a short one. */
  readonly stepMax: number;
}

/** Follows demand, also the part that found no room. */
export interface DemandRule {
  readonly kind: 'demand';
  /** How much of the way to this cycle's demand the smoothed one goes, over 0 and at most 1. */
  readonly smoothing: number;
  /** The demand, as a multiple of the supply, at which a price stands still. */
  readonly target: number;
  /** The most that a price moves in one span, as a share of itself. */
  readonly rate: number;
  /** One cycle's demand counts as at most this multiple of the supply. */
  readonly demandMax: number;
  /** The highest price as a multiple of the start price. */
  readonly capFactor: number;
  readonly pace: Pace;
}

/** The old rule, kept for comparison: a fixed step up over `high` utilisation, and down under `low`. */
export interface BandRule {
  readonly kind: 'band';
  readonly low: number;
  readonly high: number;
  /** How much a price moves in one span, as a share of itself. */
  readonly rate: number;
  readonly capFactor: number;
  readonly pace: Pace;
}

/** Every price stays at its start price. */
export interface FixedRule {
  readonly kind: 'fixed';
}

export type PriceRule = DemandRule | BandRule | FixedRule;

export interface PricingInput {
  readonly prices: Prices;
  readonly smoothed: SmoothedDemand;
  /** From `demandOf`. */
  readonly demand: Quantities;
  /** From `usedOf`. */
  readonly used: Quantities;
  /** The whole supply, held or not. */
  readonly supply: Quantities;
  readonly startPrices: Prices;
  readonly rule: PriceRule;
}

export interface NextPrices {
  readonly prices: Prices;
  readonly smoothed: SmoothedDemand;
}

/**
 * The prices after a cycle. A price stays between its start price and `capFactor` times that, and moves by at least one
 * micro-credit where the rule says that it moves.
 *
 * Attention stays at its start price under every rule. With a supply of 1 its utilisation is 0 or 1, and a price that
 * followed it would climb as long as anybody asks.
 */
export function nextPrices({ prices, smoothed, demand, used, supply, startPrices, rule }: PricingInput): NextPrices {
  const next: Record<Resource, MicroCredits> = { ...startPrices };
  const nextSmoothed: Record<Resource, number | null> = { ...NO_SMOOTHED_DEMAND };
  for (const resource of RESOURCES) {
    const key = QUANTITY_KEY[resource];
    if (supply[key] <= 0) {
      // A resource that is never sold has no price. One that isn't sold just now keeps the price that it has.
      const isSold = startPrices[resource] > 0 && resource !== 'attention' && rule.kind !== 'fixed';
      next[resource] = isSold ? prices[resource] : startPrices[resource];
      nextSmoothed[resource] = isSold ? smoothed[resource] : null;
      continue;
    }
    if (resource === 'attention' || rule.kind === 'fixed') continue;

    let change: number;
    if (rule.kind === 'demand') {
      const pressure = smoothedDemand(smoothed[resource], demand[key] / supply[key], rule);
      nextSmoothed[resource] = pressure;
      change = clamp(rule.rate * ((pressure - rule.target) / rule.target), -rule.rate, rule.rate);
    } else {
      const utilisation = used[key] / supply[key];
      change = utilisation > rule.high ? rule.rate : utilisation < rule.low ? -rule.rate : 0;
    }
    const cap = clamp(startPrices[resource] * rule.capFactor, startPrices[resource], priceMax(resource, supply));
    next[resource] = micro(
      clamp(moved(prices[resource], compounded(change, rule.pace)), startPrices[resource], Math.floor(cap)),
    );
  }
  return { prices: next, smoothed: nextSmoothed };
}

function smoothedDemand(before: number | null, demand: number, rule: DemandRule): number {
  const now = Math.min(rule.demandMax, demand);
  return before === null ? now : before + rule.smoothing * (now - before);
}

/** What a cycle's spans come to, each of which moves the price by this share of what the one before it left. */
function compounded(change: number, { spans, stepMax }: Pace): number {
  return clamp(spans === 1 ? change : (1 + change) ** spans - 1, -stepMax, stepMax);
}

function moved(price: number, change: number): number {
  const next = Math.round(price * (1 + change));
  return next === price ? price + Math.sign(change) : next;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/**
 * What was asked for in a cycle. It is the sum of
 * - what its winners take;
 * - what was taken before: stock that earlier executions and prompts still hold, and what was won by lot (`held`);
 * - for each agent that won nothing, the bundle of its highest-ranked competing bid that offers today's reserve cost.
 *
 * An agent runs once at a time, so its further bids ask for nothing more. A bid under the reserve wouldn't pay the price
 * that it would help to raise, so it doesn't count.
 */
export function demandOf(allocation: Allocation, held: Quantities): Quantities {
  const counted = new Set(allocation.winners.map((winner) => winner.agentId));
  const waiting: Bundle[] = [];
  for (const { bid, reserveCost } of allocation.ranked) {
    if (counted.has(bid.agentId) || bid.amount < reserveCost) continue;
    counted.add(bid.agentId);
    waiting.push(bid.bundle);
  }
  return plus(usedOf(allocation, held), sum(waiting));
}

/** What a cycle's winners take, with what was taken before it was cleared: by earlier executions and prompts, and by lot. */
export function usedOf(allocation: Allocation, held: Quantities): Quantities {
  return plus(held, sum(allocation.winners.map((winner) => winner.bundle)));
}

function sum(bundles: readonly Bundle[]): Quantities {
  return bundles.reduce<Quantities>(plus, NOTHING);
}

/** used ÷ supply of each resource; 0 where there is no supply. */
export function utilisationOf(used: Quantities, supply: Quantities): Readonly<Record<Resource, number>> {
  const of = (resource: Resource): number => {
    const key = QUANTITY_KEY[resource];
    return supply[key] > 0 ? used[key] / supply[key] : 0;
  };
  return {
    cpu_seconds: of('cpu_seconds'),
    memory_mb: of('memory_mb'),
    tokens: of('tokens'),
    attention: of('attention'),
  };
}

export interface StartPriceRules {
  /** What the whole supply of a stock costs. It is paid once for an execution, however many cycles that holds it. */
  readonly stockValue: MicroCredits;
  /** What all that one cycle sells of a flow costs. */
  readonly flowValue: MicroCredits;
  /** The start price of one unit; null where it is the value ÷ supply. */
  readonly start: Readonly<Record<Resource, MicroCredits | null>>;
}

/**
 * The price at which each resource starts, and below which it never goes. It is zero without supply, otherwise at least
 * one micro-credit. A share of a value is rounded down.
 */
export function startPrices(supply: Quantities, { stockValue, flowValue, start }: StartPriceRules): Prices {
  const of = (resource: Resource): MicroCredits => {
    if (supply[QUANTITY_KEY[resource]] <= 0) return ZERO;
    const price = start[resource] ?? perUnit(isFlow(resource) ? flowValue : stockValue, resource, supply);
    return max(micro(1), min(price, priceMax(resource, supply)));
  };
  return {
    cpu_seconds: of('cpu_seconds'),
    memory_mb: of('memory_mb'),
    tokens: of('tokens'),
    attention: of('attention'),
  };
}

/** At a higher price the whole supply would cost more than any bid can offer, and its cost no longer be exact. */
function priceMax(resource: Resource, supply: Quantities): MicroCredits {
  return perUnit(AMOUNT_MAX, resource, supply);
}

function perUnit(whole: MicroCredits, resource: Resource, supply: Quantities): MicroCredits {
  const quantity = supply[QUANTITY_KEY[resource]];
  const unit = resource === 'cpu_seconds' ? 1000 : 1;
  // Under a second of CPU in all, a whole second costs more than `whole`: at most what can be held.
  const payable = quantity < unit ? min(whole, floorShare(AMOUNT_MAX, quantity, unit)) : whole;
  return floorShare(payable, unit, quantity);
}
