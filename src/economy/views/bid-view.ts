import type { Bid } from '../../domain/bid.ts';
import { toCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { bundleView } from '../../domain/resources.ts';

export function bidView(bid: Bid) {
  return {
    id: formatId('bid', bid.id),
    agent_id: bid.agentId,
    payer: bid.payerId,
    bundle: bundleView(bid.bundle),
    amount: toCredits(bid.amount),
    reserve: toCredits(bid.reserveAtPlacing),
    status: bid.status,
    attempt: bid.attempt,
    passed_over: bid.passedOver,
    earliest_cycle: bid.earliestCycle,
    placed_cycle: bid.placedCycle,
    placed_at: new Date(bid.placedAt).toISOString(),
    ended_cycle: bid.endedCycle,
    last_reason: bid.lastReason,
    price_paid: bid.pricePaid === null ? null : toCredits(bid.pricePaid),
  };
}
