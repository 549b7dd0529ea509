import { checkId, formatId } from '../../domain/ids.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { explainBid, type ExplainedCycle } from '../../economy/replay/explain-bid.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { bidFates, bidView, findBid } from '../../economy/views/bid-view.ts';
import type { BidView } from './bid-list.ts';
import { checkLimit } from './newest-rows.ts';

/** A bid with each of its turns. Refuses: `invalid_id`, `bid_not_found`. */
export function bidWithFates(
  economy: Economy,
  bidId: number,
): Result<BidView & { fates: ReturnType<typeof bidFates> }> {
  return snapshot(economy, () => {
    const bid = knownBid(economy, bidId);
    return bid.ok ? accept({ ...bid.value, fates: bidFates(economy, bidId) }) : bid;
  });
}

/** A bid with why it won or lost in each cycle on record. Refuses: `invalid_id`, `bid_not_found`, as `checkLimit` does. */
export function bidExplained(
  economy: Economy,
  bidId: number,
  limit: number,
): Result<{ readonly bid: BidView; readonly cycles: readonly ExplainedCycle[] }> {
  return snapshot(economy, () => {
    const bid = checkLimit(limit) ?? knownBid(economy, bidId);
    return bid.ok ? accept({ bid: bid.value, cycles: explainBid(economy, bidId, limit) }) : bid;
  });
}

function knownBid(economy: Economy, bidId: number): Result<BidView> {
  const wrong = checkId('bid', bidId);
  if (wrong) return wrong;
  const bid = findBid(economy, bidId);
  if (bid) return accept(bidView(bid));
  return refuse('bid_not_found', `there is no ${formatId('bid', bidId)}; bp-agents bids lists them`, { field: 'bid' });
}
