import { toCredits, type MicroCredits } from './credits.ts';
import { accept, refuse, type Refusal, type Result } from './refusal.ts';
import {
  bundleCost,
  inUnits,
  QUANTITY_KEY,
  RESOURCES,
  shortage,
  type Bundle,
  type Prices,
  type Quantities,
  type Resource,
} from './resources.ts';

/** A pending bid as the market sees it. */
export interface StandingBid {
  /** Ever increasing and kept across attempts: of two bids the one with the smaller id is the older. */
  readonly id: number;
  /** Who runs when the bid wins. */
  readonly agentId: string;
  /** Who pays; another than the agent where the bid is sponsored. */
  readonly payerId: string;
  /** The root agent that the agent descends from; a root agent's own id for itself. */
  readonly lineageId: string;
  readonly bundle: Bundle;
  readonly amount: MicroCredits;
  /** What the bundle cost at the reserve when the bid was placed: the locked price. */
  readonly reserveAtPlacing: MicroCredits;
  /** In how many cycles it competed and did not win. */
  readonly passedOver: number;
  /** The first cycle in which it may compete; 0 where the bid names none. */
  readonly earliestCycle: number;
}

/** A competing bid with what it is ranked by. */
export interface Offer {
  readonly bid: StandingBid;
  /** What its bundle costs at today's reserve prices. */
  readonly reserveCost: MicroCredits;
  /** For how many cycles passed over it is ranked. */
  readonly age: number;
  /** What it is to the human, in millionths of the mean of those that ask for attention; a million for all others. */
  readonly weightPpm: number;
  /** No larger amount ranks any higher; Infinity where each does. */
  readonly amountMost: number;
}

export const RANKINGS = ['amount', 'record'] as const;

/** How bids for attention are ranked. */
export interface AttentionRules {
  /** `record`: their amounts are weighted by what their agents' prompts are expected to be worth to the human. */
  readonly by: (typeof RANKINGS)[number];
  /** Up to how many millionths of its reserve cost an amount counts; null: all of it. */
  readonly amountCapPpm: number | null;
  /** Up to which amount it counts; null: all of it. */
  readonly amountMost: MicroCredits | null;
  /** All of them are ranked as if they were as old as the oldest: none gains on another by waiting. */
  readonly sharesAge: boolean;
}

export const MECHANISMS = ['density', 'highest-bid'] as const;
export type MechanismName = (typeof MECHANISMS)[number];

export interface MarketRules {
  readonly mechanism: MechanismName;
  /** What one cycle passed over adds to a bid's score, in millionths (0.05 is 50 000). */
  readonly ageBonusPpm: number;
  /** How many of the last attention allocations make their lineages rest; 0 turns resting off. */
  readonly restAllocations: number;
  /** After how many cycles passed over a bid expires. */
  readonly ttlCycles: number;
  /** Absent in records of earlier versions: bids for attention are ranked as all others. */
  readonly attention?: AttentionRules;
}

/** Who was given attention by one of the last allocations that held it. */
export interface AttentionHolder {
  readonly agentId: string;
  readonly lineageId: string;
}

/** The market at the start of a cycle, before anything is allocated. */
export interface MarketMoment {
  readonly cycle: number;
  readonly paused: boolean;
  /** Agents with an execution that has not ended. */
  readonly runningAgents: ReadonlySet<string>;
  /** Agents that rest while something is installed for them. */
  readonly installingAgents: ReadonlySet<string>;
  /** What can be allocated now. Attention is 0 while all of it is held and while the human is away, and at most 1. */
  readonly freeAtStart: Quantities;
  /** Tokens of the whole supply that are not sold in this cycle, since the operator's budget for models has an end. */
  readonly tokensWithheld: number;
  /** The last attention allocations, newest first; more than `restAllocations` may be given. */
  readonly recentAttention: readonly AttentionHolder[];
  /** The lineage that holds all places on deck but the last: that one is for others. */
  readonly keptFrom?: string;
  /**
   * By agent, what its next prompt is expected to be worth to the human, as a whole number of which only the proportion
   * to others counts. Absent where bids for attention aren't ranked by that.
   */
  readonly attentionWeights?: ReadonlyMap<string, number>;
}

/** Why a bid does not compete in a cycle. It then neither ages nor counts as demand. */
export type WaitCode =
  | 'market_paused'
  | 'agent_running'
  | 'agent_installing'
  | 'earliest_cycle_ahead'
  | 'attention_held'
  | 'tokens_withheld'
  | 'last_place_kept'
  | 'rests'
  | 'own_bid_competes';

/** Why a bid did not win. Stable from cycle to cycle where nothing changed, so that only changes are recorded. */
export type FateReason =
  | { readonly code: WaitCode }
  /** Another bid for the same agent won. */
  | { readonly code: 'agent_won'; readonly bidId: number }
  /** The bundle would not even have fitted at the start of the cycle. */
  | { readonly code: 'no_resource_left'; readonly resource: Resource }
  /** The bundle fitted until the higher-ranked bid `bidId` took too much of the resource. */
  | { readonly code: 'outranked'; readonly resource: Resource; readonly bidId: number };

export interface Winner {
  readonly bidId: number;
  readonly agentId: string;
  readonly bundle: Bundle;
  /** Place among the competing bids; 1 is the highest. */
  readonly rank: number;
  /** What is paid: never over the bid's amount. */
  readonly price: MicroCredits;
  /** What the bundle costs at today's reserve prices. */
  readonly reserveCost: MicroCredits;
  /** Attention's price within `reserveCost`; zero where the bundle has none. */
  readonly attentionPrice: MicroCredits;
}

export interface Fate {
  readonly bidId: number;
  readonly reason: FateReason;
  /** Whether this cycle counts as passed over. */
  readonly ages: boolean;
  /** Whether it has now been passed over so often that it expires. */
  readonly expires: boolean;
}

/** What one clearing of the market decided: every bid is in `winners` or in `fates`. */
export interface Allocation {
  /** In rank order. */
  readonly winners: readonly Winner[];
  /** In the order in which the bids were given. */
  readonly fates: readonly Fate[];
  /** All competing bids, the highest-ranked first. */
  readonly ranked: readonly Offer[];
}

/** A bid before it is placed. */
export interface BidDraft {
  readonly bundle: Bundle;
  readonly amount: MicroCredits;
  /** 0 where the bid names none. */
  readonly earliestCycle: number;
}

export interface BidLimits {
  /** The whole supply, held or not. */
  readonly supply: Quantities;
  readonly prices: Prices;
  readonly cycle: number;
  readonly bidHorizonCycles: number;
}

/**
 * Whether the market takes a bid; gives the bundle's reserve cost, which the bid then has locked.
 * Refuses, in this order: `no_supply`, `bundle_exceeds_supply`, `earliest_cycle_too_far`, `below_reserve`.
 */
export function checkBid(draft: BidDraft, limits: BidLimits): Result<MicroCredits> {
  const refusal = checkSupply(draft.bundle, limits.supply);
  if (refusal) return refusal;
  const cycleMax = limits.cycle + limits.bidHorizonCycles;
  if (draft.earliestCycle > cycleMax)
    return refuse('earliest_cycle_too_far', `earliest_cycle must be at most ${cycleMax}`, {
      field: 'earliest_cycle',
      limit: cycleMax,
    });
  const reserve = bundleCost(draft.bundle, limits.prices);
  if (draft.amount < reserve)
    return refuse('below_reserve', `amount must be at least ${toCredits(reserve)}, the reserve cost of the bundle`, {
      field: 'amount',
      limit: toCredits(reserve),
    });
  return accept(reserve);
}

function checkSupply(bundle: Bundle, supply: Quantities): Refusal | undefined {
  const absent = RESOURCES.find((resource) => {
    const key = QUANTITY_KEY[resource];
    return bundle[key] > 0 && supply[key] === 0;
  });
  if (absent)
    return refuse('no_supply', `there is no supply of ${absent} here: bundle.${absent} must be 0`, {
      field: `bundle.${absent}`,
      limit: 0,
    });
  const short = shortage(bundle, supply);
  if (!short) return undefined;
  const most = inUnits(short, supply);
  return refuse('bundle_exceeds_supply', `bundle.${short} must be at most ${most}, the whole supply`, {
    field: `bundle.${short}`,
    limit: most,
  });
}
