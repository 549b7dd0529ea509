import { max, micro, min, type MicroCredits } from './credits.ts';
import type { Offer } from './market.ts';
import type { Order } from './ranking.ts';
import { fits, minus, type Quantities } from './resources.ts';

export interface LeastWinningAmount {
  /** Undefined where no amount would have stood above the rival. */
  readonly amount: MicroCredits | undefined;
  /** The bid that it has to stand above; undefined where it only has to meet its reserve. */
  readonly rivalId: number | undefined;
}

/**
 * The least whole amount with which a competing bid would have won, all else equal and the other bids for its agent
 * left out. It is never less than the lower of its reserve cost today and at placing. For a winner under `density` it
 * is what it pays, for a loser what it should have offered.
 *
 * Undefined where its bundle didn't fit even before anybody was served: then no amount would have done.
 *
 * The others are served in their order. The first one after which the bundle no longer fits decides: the bid wins
 * exactly as long as it stands above that one.
 */
export function leastWinningAmount(
  bidId: number,
  { ranked, free, order }: { readonly ranked: readonly Offer[]; readonly free: Quantities; readonly order: Order },
): LeastWinningAmount | undefined {
  const own = ranked.find(({ bid }) => bid.id === bidId);
  if (!own || !fits(own.bid.bundle, free)) return undefined;
  const floor = min(own.reserveCost, own.bid.reserveAtPlacing);
  const served = new Set([own.bid.agentId]);
  let left = free;
  for (const offer of ranked) {
    const { agentId, bundle } = offer.bid;
    if (served.has(agentId) || !fits(bundle, left)) continue;
    served.add(agentId);
    left = minus(left, bundle);
    if (fits(own.bid.bundle, left)) continue;
    const ahead = order.leastAmountAhead(own, offer);
    return { amount: ahead === Infinity ? undefined : max(floor, micro(ahead)), rivalId: offer.bid.id };
  }
  return { amount: floor, rivalId: undefined };
}
