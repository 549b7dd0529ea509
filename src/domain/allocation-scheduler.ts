import { competition } from './competition.ts';
import { ZERO, type MicroCredits } from './credits.ts';
import { freeAfterWinner, greedyFill, type GreedyRun } from './greedy-fill.ts';
import { formatId } from './ids.ts';
import type {
  Allocation,
  Fate,
  FateReason,
  MarketMoment,
  MarketRules,
  Offer,
  StandingBid,
  WaitCode,
  Winner,
} from './market.ts';
import { mechanismOf } from './mechanism.ts';
import { offersOf } from './offers.ts';
import { fits, shortage, type Prices, type Quantities } from './resources.ts';

export interface AllocationInput {
  /** All pending bids, in any order. */
  readonly bids: readonly StandingBid[];
  /** The reserve prices before this clearing moves them. */
  readonly prices: Prices;
  readonly rules: MarketRules;
  readonly moment: MarketMoment;
}

/**
 * The AllocationScheduler: clears the market of one cycle. It ranks the competing bids and serves each bundle that fits
 * as a whole into what is free, at most one per agent. It says what every winner pays, and why every other bid didn't
 * win. The same input gives the same output, in whatever order the bids are given.
 */
export function allocate({ bids, prices, rules, moment }: AllocationInput): Allocation {
  const { competing, waiting } = competition(bids, moment, rules.restAllocations);
  const mechanism = mechanismOf(rules);
  const ranked = mechanism.order.rank(offersOf(competing, { prices, rules, moment }));
  const free = atLeastNothing(moment.freeAtStart);
  const run = greedyFill(ranked, free);
  const paid = mechanism.payment(run, mechanism.order);
  const winners = run.winners.map((index, place) => winnerOf(ranked[index]!, index, paid[place]!, prices));
  return { winners, fates: fatesOf(bids, waiting, run, free, rules.ttlCycles), ranked };
}

/** Less than nothing is free of what the operator lowered the supply of while it was held. */
function atLeastNothing(free: Quantities): Quantities {
  return {
    cpuMs: Math.max(0, free.cpuMs),
    memoryMb: Math.max(0, free.memoryMb),
    tokens: Math.max(0, free.tokens),
    attention: Math.max(0, free.attention),
  };
}

function winnerOf({ bid, reserveCost }: Offer, index: number, price: MicroCredits, prices: Prices): Winner {
  return {
    bidId: bid.id,
    agentId: bid.agentId,
    bundle: bid.bundle,
    rank: index + 1,
    price,
    reserveCost,
    attentionPrice: bid.bundle.attention === 1 ? prices.attention : ZERO,
  };
}

/** What befell every bid that did not win, in the order in which the bids were given. */
function fatesOf(
  bids: readonly StandingBid[],
  waiting: ReadonlyMap<number, WaitCode>,
  run: GreedyRun,
  freeAtStart: Quantities,
  ttlCycles: number,
): Fate[] {
  const winningBids = new Map(run.winners.map((index) => [run.ranked[index]!.bid.agentId, run.ranked[index]!.bid.id]));
  const fates: Fate[] = [];
  for (const bid of bids) {
    const code = waiting.get(bid.id);
    const winningBid = winningBids.get(bid.agentId);
    if (winningBid === bid.id) continue;
    if (code) fates.push(unaged(bid, { code }));
    else if (winningBid !== undefined) fates.push(unaged(bid, { code: 'agent_won', bidId: winningBid }));
    else {
      const reason = shortReason(bid, run, freeAtStart);
      fates.push({ bidId: bid.id, reason, ages: true, expires: bid.passedOver + 1 >= ttlCycles });
    }
  }
  return fates;
}

function unaged(bid: StandingBid, reason: FateReason): Fate {
  return { bidId: bid.id, reason, ages: false, expires: false };
}

/** Why a competing bid found no room: there was none from the start, or none any more after the winner that is named. */
function shortReason(bid: StandingBid, run: GreedyRun, freeAtStart: Quantities): FateReason {
  const missing = shortage(bid.bundle, freeAtStart);
  if (missing) return { code: 'no_resource_left', resource: missing };
  // What is free only ever shrinks, so the first winner after which the bundle does not fit is found by halving.
  let fitsAfter = -1;
  let shortAfter = run.winners.length - 1;
  while (shortAfter - fitsAfter > 1) {
    const middle = Math.floor((fitsAfter + shortAfter) / 2);
    if (fits(bid.bundle, freeAfterWinner(run, middle))) fitsAfter = middle;
    else shortAfter = middle;
  }
  const resource = shortage(bid.bundle, freeAfterWinner(run, shortAfter))!;
  return { code: 'outranked', resource, bidId: run.ranked[run.winners[shortAfter]!]!.bid.id };
}

const WAIT_TEXTS: Readonly<Record<WaitCode, string>> = {
  market_paused: 'the market is paused',
  agent_running: 'agent already running',
  agent_installing: 'rests while its packages are installed',
  earliest_cycle_ahead: 'earliest_cycle is ahead',
  attention_held: 'no attention free: it is held, or the human is away or not to be asked now',
  tokens_withheld: "the operator's budget for models leaves too few tokens",
  last_place_kept: 'its lineage has all other places on deck; the last is kept for another',
  rests: 'rests: its lineage or agent had attention lately and others ask for it',
  own_bid_competes: 'sponsored: an own bid of the agent competes',
};

/** The reason as it is recorded and shown: `outranked by bid_17: no memory_mb left`. */
export function reasonText(reason: FateReason): string {
  switch (reason.code) {
    case 'agent_won':
      return `passed by: ${formatId('bid', reason.bidId)} won for the agent`;
    case 'no_resource_left':
      return `no ${reason.resource} left`;
    case 'outranked':
      return `outranked by ${formatId('bid', reason.bidId)}: no ${reason.resource} left`;
    default:
      return WAIT_TEXTS[reason.code];
  }
}
