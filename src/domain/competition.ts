import type { MarketMoment, StandingBid, WaitCode } from './market.ts';

/** Stub. */
export function waiting(
  bids: readonly StandingBid[],
  moment: MarketMoment,
  restAllocations: number,
): ReadonlyMap<number, WaitCode> {
  throw new Error(`not built yet: ${bids.length} ${moment.cycle} ${restAllocations}`);
}
