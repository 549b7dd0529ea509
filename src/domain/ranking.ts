import type { Offer } from './market.ts';

/** The first half of a mechanism: which of two offers stands higher. A total order: no two bids have the same id. */
export interface Order {
  /** The offers, the highest first. */
  rank(offers: readonly Offer[]): Offer[];
  /**
   * The least whole number of micro-credits with which `offer` would stand above `rival`, all else equal.
   * 0 where it would with any amount; it may be more than any bid can offer.
   */
  leastAmountAhead(offer: Offer, rival: Offer): number;
}

/** By the amount offered; the older of two equal ones first. */
export const BY_AMOUNT: Order = {
  rank: (offers) => [...offers].sort((a, b) => b.bid.amount - a.bid.amount || olderFirst(a, b)),
  leastAmountAhead: (offer, rival) => (isOlder(offer, rival) ? rival.bid.amount : rival.bid.amount + 1),
};

/**
 * By score = max(1, amount ÷ today's reserve cost) × (1 + age bonus × cycles passed over); of two equal ones the older
 * first. Dividing by the cost makes small and large bundles comparable (Lehmann, O'Callaghan, Shoham 2002). A bid under
 * today's reserve whose price was locked counts as if it offered the reserve.
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

const ONE_PPM = 1_000_000;
/**
 * Two doubles further apart than this share of themselves are in the order of the exact scores: each is the result of
 * two roundings, so it is off by less than 2.01 × 2⁻⁵³, and this is 8 × 2⁻⁵³.
 */
const CERTAIN = 2 ** -50;

/** The score as the exact fraction (worth × factor) ÷ cost, and rounded. */
interface Scored {
  readonly offer: Offer;
  readonly worth: number;
  readonly factor: number;
  readonly cost: number;
  readonly approximately: number;
}

function scored(offer: Offer, ageBonusPpm: number): Scored {
  const cost: number = offer.reserveCost;
  const worth = Math.max(offer.bid.amount, cost);
  const factor = ONE_PPM + ageBonusPpm * offer.bid.passedOver;
  return { offer, worth, factor, cost, approximately: (worth / cost) * factor };
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
  if (a.worth === a.cost && b.worth === b.cost) return b.factor - a.factor;
  if (a.cost === b.cost && a.factor === b.factor) return b.worth - a.worth;
  const left = BigInt(a.worth) * BigInt(a.factor) * BigInt(b.cost);
  const right = BigInt(b.worth) * BigInt(b.factor) * BigInt(a.cost);
  return left === right ? 0 : left < right ? 1 : -1;
}

/** Solves (amount × factor) ÷ cost ≥ the rival's score for the amount; > where the rival is the older one. */
function leastAmountAhead(own: Scored, rival: Scored): number {
  const numerator = BigInt(rival.worth) * BigInt(rival.factor) * BigInt(own.cost);
  const denominator = BigInt(own.factor) * BigInt(rival.cost);
  const whole = numerator / denominator;
  const reaches = isOlder(own.offer, rival.offer) && whole * denominator === numerator;
  const amount = Number(reaches ? whole : whole + 1n);
  // Every amount up to the cost has the score of the cost.
  return amount > own.cost ? amount : 0;
}

function isOlder(a: Offer, b: Offer): boolean {
  return a.bid.id < b.bid.id;
}

function olderFirst(a: Offer, b: Offer): number {
  return a.bid.id - b.bid.id;
}
