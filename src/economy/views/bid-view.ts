import { STORE } from '../internal/store-key.ts';
import type { BidStatus } from '../../domain/bid.ts';
import type { Economy } from '../economy.ts';
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
    standing_order: bid.orderId === null ? null : formatId('bid', bid.orderId),
  };
}

/** Which bids are looked for. */
export interface BidFilter {
  /** Paid by or for this agent. */
  readonly agentId?: string | undefined;
  readonly status?: BidStatus | undefined;
}

export function findBid(economy: Economy, bidId: number): Bid | undefined {
  return economy[STORE].bids.find(bidId);
}

/** Each turn of a bid that was news, the oldest first. */
export function bidFates(
  economy: Economy,
  bidId: number,
): readonly { readonly cycle: number; readonly reason: string }[] {
  return economy[STORE].bids.fates(bidId);
}

/** Those with ids under `before`, the newest first. */
export function bidsBefore(
  economy: Economy,
  before: number,
  limit: number,
  { agentId, status }: BidFilter = {},
): readonly Bid[] {
  const { bids } = economy[STORE];
  return agentId === undefined ? bids.page(before, limit, status) : bids.ofAgent(agentId, before, limit, status);
}

/** Those that stand longest, the oldest first: a glance, however many there are. */
export function oldestPendingBids(
  economy: Economy,
  limit: number,
): readonly Pick<Bid, 'id' | 'agentId' | 'bundle' | 'earliestCycle'>[] {
  return economy[STORE].bids.oldestPending(limit);
}
