import type { Config } from '../../config/schema.ts';
import type { BidRow } from './rows.ts';

/** What a bid is ranked by beside its amount and cost. */
export interface Ranked {
  /** Cycles passed over that count. */
  readonly age: number;
  /** In millionths. */
  readonly weight: number;
  /** Up to which amount, and up to which multiple of its cost, in millionths, it counts. */
  readonly amountMost: number;
  readonly costMost: number;
}

const ONE = 1_000_000;

/** Of bids for attention the rules and the recorded weights tell it; all others go by their own age. */
export function rankedBy(
  competing: readonly BidRow[],
  { config, weights }: { readonly config: Config; readonly weights: ReadonlyMap<string, number> },
): (bid: BidRow) => Ranked {
  const { rank, rates } = config.attention;
  const asking = competing.filter(({ bundle }) => bundle[3] === 1);
  const known = [...new Set(asking.map(({ agent }) => agent))].filter((agent) => weights.has(agent));
  const sum = known.reduce((total, agent) => total + BigInt(weights.get(agent)!), 0n);
  const oldest = Math.max(...asking.map(({ passed }) => passed));
  const best = 10 * (rates.interesting + rates.useful + rates.understandable);
  return (bid) => {
    if (bid.bundle[3] === 0) return { age: bid.passed, weight: ONE, amountMost: Infinity, costMost: Infinity };
    const own = rank.by === 'record' ? weights.get(bid.agent) : undefined;
    const share = own === undefined || sum === 0n ? ONE : Number((BigInt(own) * BigInt(known.length * ONE)) / sum);
    return {
      age: rank.age_bonus ? bid.passed : oldest,
      weight: Math.max(1, share),
      amountMost: rank.amount_cap === 'reward' ? best : Infinity,
      costMost: typeof rank.amount_cap === 'number' ? Math.round(rank.amount_cap * ONE) : Infinity,
    };
  };
}

/** The largest amount that counts for a bundle of this cost, in whole micro-credits. */
export function mostOf({ amountMost, costMost }: Ranked, cost: number): number {
  return costMost === Infinity ? amountMost : Number((BigInt(cost) * BigInt(costMost)) / BigInt(ONE));
}

/** As the cycle's record has them. */
export function recordedWeights(moment: string | undefined): ReadonlyMap<string, number> {
  const record = JSON.parse(moment ?? '{}') as { readonly attention_weights?: readonly (readonly [string, number])[] };
  return new Map(record.attention_weights ?? []);
}
