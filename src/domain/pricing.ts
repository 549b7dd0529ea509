import type { MicroCredits } from './credits.ts';
import type { Allocation } from './market.ts';
import type { Prices, Quantities, Resource } from './resources.ts';

/** Each resource's smoothed demand as a multiple of its supply; null before the first cycle and where the rule keeps none. */
export type SmoothedDemand = Readonly<Record<Resource, number | null>>;

export const NO_SMOOTHED_DEMAND: SmoothedDemand = { cpu_seconds: null, memory_mb: null, tokens: null, attention: null };

export type PriceRule =
  | {
      readonly kind: 'demand';
      readonly smoothing: number;
      readonly target: number;
      readonly rate: number;
      readonly demandMax: number;
      readonly capFactor: number;
    }
  | {
      readonly kind: 'band';
      readonly low: number;
      readonly high: number;
      readonly rate: number;
      readonly capFactor: number;
    }
  | { readonly kind: 'fixed' };

export interface PricingInput {
  readonly prices: Prices;
  readonly smoothed: SmoothedDemand;
  /** From `demandOf`. */
  readonly demand: Quantities;
  /** From `usedOf`. */
  readonly used: Quantities;
  readonly supply: Quantities;
  readonly startPrices: Prices;
  readonly rule: PriceRule;
}

export interface NextPrices {
  readonly prices: Prices;
  readonly smoothed: SmoothedDemand;
}

export function nextPrices(input: PricingInput): NextPrices {
  throw new Error(`not built yet: ${input.rule.kind}`);
}

/** `held`: what earlier executions and prompts still hold; its flow quantities are ignored. */
export function demandOf(allocation: Allocation, held: Quantities): Quantities {
  throw new Error(`not built yet: ${allocation.winners.length} ${held.memoryMb}`);
}

/** What this cycle's winners take and, for stock, what earlier executions still hold. */
export function usedOf(allocation: Allocation, held: Quantities): Quantities {
  throw new Error(`not built yet: ${allocation.winners.length} ${held.memoryMb}`);
}

/** used ÷ supply of each resource; 0 where there is no supply. */
export function utilisationOf(used: Quantities, supply: Quantities): Readonly<Record<Resource, number>> {
  throw new Error(`not built yet: ${used.memoryMb} ${supply.memoryMb}`);
}

export interface StartPriceRules {
  /** What the whole supply of a resource costs for one cycle. */
  readonly supplyValue: MicroCredits;
  /** The start price of each resource; null where it is `supplyValue` ÷ supply. */
  readonly start: Readonly<Record<Resource, MicroCredits | null>>;
}

export function startPrices(supply: Quantities, rules: StartPriceRules): Prices {
  throw new Error(`not built yet: ${supply.cpuMs} ${rules.supplyValue}`);
}
