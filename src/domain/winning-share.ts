import { micro, type MicroCredits } from './credits.ts';
import { bundleCost, fits, type Bundle, type Prices, type Quantities } from './resources.ts';

/** The amounts that are told of, as multiples of the reserve cost. */
const MULTIPLES = [1, 1.1, 1.25, 1.5, 2, 3, 5] as const;
const DIGITS = 2;

/** What everybody may know of a cycle that is over. */
export interface PastCycle {
  readonly cycle: number;
  readonly prices: Prices;
  /** What nobody had bought or held when it was cleared. */
  readonly left: Quantities;
  /** Attention could be had in it. */
  readonly attentionFree: boolean;
}

/** What an agent's own bids came to, those with as much attention as the bundle in question. */
export interface OwnTries {
  /** By the cycle in which one won: the least multiple of the reserve cost with which a new bid would have. */
  readonly won: ReadonlyMap<number, number>;
  /** Cycles in which one competed and did not win. */
  readonly lost: number;
}

export interface OfferedShare {
  readonly amount: MicroCredits;
  /** From 0 to 1. */
  readonly share: number;
}

export interface AmountAdvice {
  /** Those that it goes by: where the bundle has attention, only those in which attention was free. */
  readonly cycles: number;
  /** In how many of them there was room for it at the reserve. */
  readonly withRoom: number;
  readonly ownTries: number;
  readonly offers: readonly OfferedShare[];
}

/**
 * In which share of the past cycles a few amounts would have won, as far as prices, what was left over and the agent's
 * own bids tell. Nothing of anybody else's bid is in it, and all is rounded to two digits: who sees what others offer
 * offers less than a thing is worth to it.
 *
 * Where something was left that the bundle fits into, the reserve would have done. Where the agent itself won, its price
 * says what would have. In any other cycle an amount has the share of the agent's own tries that it would have won,
 * which is none before the first.
 */
export function winningShares(bundle: Bundle, past: readonly PastCycle[], tries: OwnTries, now: Prices): AmountAdvice {
  const cycles = past.filter(({ attentionFree }) => bundle.attention === 0 || attentionFree);
  const ownTries = tries.won.size + tries.lost;
  const tryShare = (multiple: number) =>
    ownTries === 0 ? 0 : [...tries.won.values()].filter((least) => least <= multiple).length / ownTries;
  const known = cycles.map(({ cycle, prices, left }) => ({
    reserve: bundleCost(bundle, prices),
    least: tries.won.get(cycle) ?? (fits(bundle, left) ? 1 : undefined),
  }));
  const cost = bundleCost(bundle, now);
  const amounts = [...new Set(MULTIPLES.map((multiple) => roundUp(cost * multiple)))];
  return {
    cycles: cycles.length,
    withRoom: cycles.filter(({ left }) => fits(bundle, left)).length,
    ownTries,
    offers: amounts.map((amount) => {
      const wins = known.map(({ reserve, least }) => {
        const multiple = amount / reserve;
        if (multiple < 1) return 0;
        return least === undefined ? tryShare(multiple) : Number(multiple >= least);
      });
      const sum = wins.reduce((total, win) => total + win, 0);
      return { amount, share: cycles.length === 0 ? 0 : Math.floor((sum / cycles.length) * 100) / 100 };
    }),
  };
}

/** To two significant digits, upwards, so that the least of them is never under the reserve. */
function roundUp(amount: number): MicroCredits {
  const unit = 10 ** Math.max(0, Math.ceil(Math.log10(amount + 1)) - DIGITS);
  return micro(Math.ceil(amount / unit) * unit);
}
