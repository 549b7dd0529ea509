import type { Allocation, FateReason, MarketMoment, MarketRules, StandingBid } from './market.ts';
import type { Prices } from './resources.ts';

export interface AllocationInput {
  /** All pending bids, in any order. */
  readonly bids: readonly StandingBid[];
  /** The reserve prices before this clearing moves them. */
  readonly prices: Prices;
  readonly rules: MarketRules;
  readonly moment: MarketMoment;
}

export function allocate(input: AllocationInput): Allocation {
  throw new Error(`not built yet: ${input.bids.length}`);
}

/** `outranked by bid_17: no memory_mb left`, as it is recorded and shown. */
export function reasonText(reason: FateReason): string {
  return reason.code;
}
