import type { Offer } from './market.ts';
import { ONE_PPM } from './offers.ts';

/** The first half of a mechanism: which of two offers stands higher. A total order: no two bids have the same id. */
export interface Order {
  /** The offers, the highest first. */
  rank(offers: readonly Offer[]): Offer[];
  /**
   * The least whole number of micro-credits with which `offer` would stand above `rival`, all else equal.
   * 0 where it would with any amount, Infinity where it would with none; it may be more than any bid can offer.
   */
  leastAmountAhead(offer: Offer, rival: Offer): number;
}

/** By the amount offered; the older of two equal ones first. */
export const BY_AMOUNT: Order = {
  rank: (offers) => [...offers].sort((a, b) => b.bid.amount - a.bid.amount || olderFirst(a, b)),
  leastAmountAhead: (offer, rival) => (isOlder(offer, rival) ? rival.bid.amount : rival.bid.amount + 1),
};

/**
 * By score = max(1, amount ÷ today's reserve cost) × (1 + age bonus × cycles passed over) × weight; of two equal ones the
 * older first. Dividing by the cost makes small and large bundles comparable (Lehmann, O'Callaghan, Shoham 2002). A bid
 * under today's reserve whose price was locked counts as if it offered the reserve, and one over the most that counts as
 * if it offered that.
 */
export function byDensity(ageBonusPpm: number): Order {
  return {
    rank: (offers) =>
      offers
        .map((offer) => scored(offer, ageBonusPpm))
        .sort(byScore)
        .map((entry) => entry.offer),
    leastAmountAhead: (offer, rival) => leastAmountAhead(scored(offer, ageBonusPpm), scored(rival, ageBonusPpm)),
  };
}

/**
 * Two doubles further apart than this share of themselves are in the order of the exact scores: each is the result of
 * three roundings, so it is off by less than 3.01 × 2⁻⁵³, and this is 8 × 2⁻⁵³.
 */
const CERTAIN = 2 ** -50;

/** The score as the exact fraction (worth × factor × weight) ÷ cost, and rounded. */
interface Scored {
  readonly offer: Offer;
  readonly worth: number;
  readonly factor: number;
  readonly weight: number;
  readonly cost: number;
  readonly approximately: number;
}

function scored(offer: Offer, ageBonusPpm: number): Scored {
  const cost: number = offer.reserveCost;
  const worth = Math.min(Math.max(offer.bid.amount, cost), offer.amountMost);
  const factor = ONE_PPM + ageBonusPpm * offer.age;
  const weight = offer.weightPpm;
  return { offer, worth, factor, weight, cost, approximately: (worth / cost) * factor * weight };
}

/** Negative where `a` stands above `b`. */
function byScore(a: Scored, b: Scored): number {
  const difference = b.approximately - a.approximately;
  if (Math.abs(difference) > CERTAIN * Math.max(a.approximately, b.approximately)) return difference;
  return exactDifference(a, b) || olderFirst(a.offer, b.offer);
}

/**
 * Positive where `b` has the higher score. Most ties are of bids that offer the reserve, or the same for the same
 * bundle.
 */
function exactDifference(a: Scored, b: Scored): number {
  if (a.weight === b.weight) {
    if (a.worth === a.cost && b.worth === b.cost) return b.factor - a.factor;
    if (a.cost === b.cost && a.factor === b.factor) return b.worth - a.worth;
  }
  const left = BigInt(a.worth) * BigInt(a.factor) * BigInt(a.weight) * BigInt(b.cost);
  const right = BigInt(b.worth) * BigInt(b.factor) * BigInt(b.weight) * BigInt(a.cost);
  return left === right ? 0 : left < right ? 1 : -1;
}

/** Solves (amount × factor × weight) ÷ cost ≥ the rival's score for the amount; > where the rival is the older one. */
function leastAmountAhead(own: Scored, rival: Scored): number {
  const numerator = BigInt(rival.worth) * BigInt(rival.factor) * BigInt(rival.weight) * BigInt(own.cost);
  const denominator = BigInt(own.factor) * BigInt(own.weight) * BigInt(rival.cost);
  const whole = numerator / denominator;
  const reaches = isOlder(own.offer, rival.offer) && whole * denominator === numerator;
  const amount = Number(reaches ? whole : whole + 1n);
  // Every amount up to the cost has the score of the cost.
  if (amount <= own.cost) return 0;
  return amount <= own.offer.amountMost ? amount : Infinity;
}

function isOlder(a: Offer, b: Offer): boolean {
  return a.bid.id < b.bid.id;
}

function olderFirst(a: Offer, b: Offer): number {
  return a.bid.id - b.bid.id;
}
