import { cyclesIn } from '../../config/cycle-length.ts';
import type { BidRequest } from '../../domain/bid.ts';
import { checkAmount, toCredits, type MicroCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { checkBid } from '../../domain/market.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { checkBundle, QUANTITY_MAX } from '../../domain/resources.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Economy } from '../economy.ts';
import { findLiving } from '../agents/living-agent.ts';
import { STORE } from '../internal/store-key.ts';
import { beginOrder, checkRepeat } from './standing-order.ts';

export interface PlacedBid {
  readonly bidId: number;
  /** What the bundle costs at the reserve, locked for this bid. */
  readonly reserve: MicroCredits;
  /** What the payer has left. */
  readonly available: MicroCredits;
}

/** What the system places of its own accord. */
export interface PlacedBySystem {
  /** A restart doesn't count against the payer's limit of bids. */
  readonly isRestart?: boolean;
  /** The `next_bid` of a prompt. */
  readonly isNext?: boolean;
  /** The standing order that is placed again. */
  readonly orderId?: number;
}

/**
 * Places a bid and holds its amount; where it is to be repeated, its standing order begins.
 * Refuses: what `findLiving` refuses of the agent, `checkBundle` of the bundle and `checkAmount` of the amount;
 * `payload_too_large`, `no_supply`, `bundle_exceeds_supply`, `earliest_cycle_too_far`, `below_reserve`, `too_small`,
 * `too_many_bids`, `insufficient_credits`.
 */
export function placeBid(
  deps: Economy,
  payerId: string,
  request: BidRequest,
  { isRestart = false, isNext = false, orderId }: PlacedBySystem = {},
): Result<PlacedBid> {
  const { [STORE]: store, clock, config, derived } = deps;
  return store.transaction(() => {
    const agent = findLiving(deps, request.forAgentId ?? payerId, 'for_agent_id');
    if (!agent.ok) return agent;
    const wrong = checkShape(request);
    if (wrong) return wrong;
    const oversize = checkPayload(request.payload, config.market.payload_bytes_max);
    if (oversize) return oversize;
    const { cycle } = store.state.get();
    const { bundle, amount, earliestCycle = 0 } = request;
    const reserve = checkBid(
      { bundle, amount, earliestCycle },
      {
        supply: derived.supply,
        prices: store.markets.prices(),
        cycle,
        bidHorizonCycles: cyclesIn(config.market.bid_horizon_seconds, config.market),
      },
    );
    if (!reserve.ok) return reserve;
    const refusal =
      checkRepeat(request, cycle) ??
      (isRestart ? undefined : checkCount(deps, payerId)) ??
      checkFunds(deps, payerId, amount);
    if (refusal) return refusal;

    const at = clock.now();
    const { id: agentId, lineageId } = agent.value;
    const bidId = store.bids.nextId();
    const holdId = store.transfers.hold({
      cycle,
      at,
      debit: payerId,
      credit: 'system:market',
      amount,
      kind: 'bid',
      ref: bidRef(bidId, 1),
    });
    beginOrder(deps, { bidId, agentId, request });
    store.bids.insert({
      id: bidId,
      payerId,
      agentId,
      lineageId,
      bundle,
      amount,
      reserveAtPlacing: reserve.value,
      holdId,
      earliestCycle,
      placedCycle: cycle,
      placedAt: at,
      payload: request.payload ?? null,
      orderId: orderId ?? (request.repeat ? bidId : null),
      goesFirst: isRestart || isNext,
    });
    if (agent.value.status === 'dormant') store.agents.markAlive(agentId);
    if (agentId === payerId) store.agents.setLastBundle(agentId, bundle);
    return accept({ bidId, reserve: reserve.value, available: store.accounts.available(payerId) });
  });
}

/** The ledger's reference to one attempt of a bid. */
export function bidRef(bidId: number, attempt: number): string {
  return `${formatId('bid', bidId)}/${attempt}`;
}

/** What the domain's arithmetic relies on. */
function checkShape({ bundle, amount, earliestCycle = 0 }: BidRequest): Refusal | undefined {
  return (
    checkBundle(bundle) ??
    checkAmount(amount) ??
    checkWhole(earliestCycle, 'earliest_cycle', { least: 0, most: QUANTITY_MAX })
  );
}

function checkPayload(payload: string | undefined, bytesMax: number): Refusal | undefined {
  if (payload === undefined || Buffer.byteLength(payload) <= bytesMax) return undefined;
  return refuse('payload_too_large', `payload must be at most ${bytesMax} bytes of JSON`, {
    field: 'payload',
    limit: bytesMax,
  });
}

function checkCount({ [STORE]: store, config }: Economy, payerId: string): Refusal | undefined {
  const bidsMax = config.market.bids_pending_max;
  if (store.bids.countPendingOfPayer(payerId) < bidsMax) return undefined;
  return refuse('too_many_bids', `at most ${bidsMax} bids may be pending; withdraw one`, { limit: bidsMax });
}

function checkFunds({ [STORE]: store }: Economy, payerId: string, amount: MicroCredits): Refusal | undefined {
  const available = store.accounts.available(payerId);
  if (amount > available)
    return refuse('insufficient_credits', `amount must be at most ${toCredits(available)}, the available balance`, {
      field: 'amount',
      limit: toCredits(available),
    });
  return undefined;
}
