import { cyclesIn } from '../../config/cycle-length.ts';
import { toCredits } from '../../domain/credits.ts';
import type { BidRequest } from '../../domain/bid.ts';
import { formatId } from '../../domain/ids.ts';
import { refuse, type Refusal } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

// All of this runs inside the caller's transaction.

const DAY_SECONDS = 86_400;

/** Refuses: `too_small`. */
export function checkRepeat({ amount, repeat }: BidRequest, cycle: number): Refusal | undefined {
  if (!repeat) return undefined;
  if (repeat.untilCycle <= cycle)
    return refuse('too_small', `repeat.until_cycle must be at least ${cycle + 1}`, {
      field: 'repeat.until_cycle',
      limit: cycle + 1,
    });
  const least = toCredits(amount);
  if (repeat.creditsPerDay < amount)
    return refuse('too_small', `repeat.credits_per_day must be at least the amount of one bid, ${least}`, {
      field: 'repeat.credits_per_day',
      limit: least,
    });
  return undefined;
}

/** Begins the order of a bid that is being placed; the agent's order before it ends. */
export function beginOrder(
  deps: Economy,
  { bidId, agentId, request }: { readonly bidId: number; readonly agentId: string; readonly request: BidRequest },
): void {
  const { [STORE]: store, config } = deps;
  const { amount, repeat, earliestCycle = 0, payload = null } = request;
  if (!repeat) return;
  endOrderOf(deps, agentId, `${formatId('bid', bidId)} took its place`);
  const { cycle } = store.state.get();
  store.standingOrders.insert({
    ...{ id: bidId, agentId, ...repeat, amount, payload, beganCycle: cycle },
    napCycles: Math.max(0, earliestCycle - cycle),
    dayCycles: Math.max(1, cyclesIn(DAY_SECONDS, config.market)),
  });
}

/** Where one stands. Its pending bid is the caller's to end, or goes on as one that isn't repeated. */
export function endOrderOf({ [STORE]: store }: Economy, agentId: string, reason: string): void {
  const order = store.standingOrders.live(agentId);
  if (order) store.standingOrders.end(order.id, store.state.get().cycle, reason);
}

/** Ends the order that this bid is of, where it still stands. False where there is none. */
export function endOrderOfBid({ [STORE]: store }: Economy, bidId: number, reason: string): boolean {
  const order = store.standingOrders.liveOfBid(bidId);
  if (order) store.standingOrders.end(order.id, store.state.get().cycle, reason);
  return order !== undefined;
}
