import { floorShare, max, min, type MicroCredits } from './credits.ts';

/** Shares of time are in parts per million. */
const WHOLE_PPM = 1_000_000;

/** What is left of the human's time, and how much of it they are expected to be there for; in milliseconds. */
export interface TimeLeft {
  /** Null: no end is set. */
  readonly budgetMs: number | null;
  /** Of their presence, until this day or hour is over. */
  readonly presenceMs: number;
}

/**
 * The share of the human's presence that may go into answering now, so that what is left lasts until they go: the
 * smaller of what the day and the hour leave.
 */
export function allowedPpm(day: TimeLeft, hour: TimeLeft): number {
  return Math.min(allowedOf(day), allowedOf(hour));
}

function allowedOf({ budgetMs, presenceMs }: TimeLeft): number {
  if (budgetMs === null) return WHOLE_PPM;
  if (budgetMs <= 0) return 0;
  return budgetMs >= presenceMs ? WHOLE_PPM : Math.floor((budgetMs * WHOLE_PPM) / presenceMs);
}

/** How the human's time went since the last cycle. */
export interface PaceStep {
  /** Attention that was spent, in milliseconds. */
  readonly spentMs: number;
  /** In which somebody could be there to answer, in milliseconds; 0 in an absence. */
  readonly presentMs: number;
  /** From `allowedPpm`. */
  readonly allowedPpm: number;
}

export interface AttentionPricing {
  readonly price: MicroCredits;
  /** The floor. */
  readonly startPrice: MicroCredits;
  readonly priceMax: MicroCredits;
  /** So much more than allowed multiplies the price by e; so much less divides it by that. */
  readonly paceMs: number;
  readonly step: PaceStep;
}

/**
 * The price of attention after a cycle. It grows with each millisecond that is spent beyond what the pace allows, and
 * falls with each that is not, as far as its start price. So it stays only where time is spent as fast as allowed, and
 * where it began makes no difference in the end: what is too dear isn't bought, and gets cheaper. The form is that of
 * Ethereum's price of blobs (EIP-4844), which is exponential in the excess over a target.
 */
export function nextAttentionPrice({ price, startPrice, priceMax, paceMs, step }: AttentionPricing): MicroCredits {
  // In millionths of a millisecond, so that nothing is rounded before the price itself.
  const over = step.spentMs * WHOLE_PPM - step.presentMs * step.allowedPpm;
  const unit = paceMs * WHOLE_PPM;
  const moved = over >= 0 ? floorShare(price, unit + over, unit) : floorShare(price, unit, unit - over);
  return max(startPrice, min(moved, max(startPrice, priceMax)));
}
