/** What a call used, in the provider's own tokens: whole numbers of at least 0. */
export interface TokenUsage {
  /** Input that was not read from a cache. */
  readonly input: number;
  readonly cached: number;
  /** The part of the input that was written to a cache, which some providers ask another price for. */
  readonly written?: number;
  readonly output: number;
}

/** Budget tokens that one token of a model costs. */
export interface TokenWeights {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** How a call of a model ended. `lost`: nobody saw its end, since the program or the execution ended before it. */
export type CallOutcome = 'completed' | 'failed' | 'hung_up' | 'broken_off' | 'lost';

const PER_TOKEN = 1_000_000n;

/** Weights have six decimals at most; as whole numbers their sums are exact. */
function inMillionths(weight: number): bigint {
  return BigInt(Math.round(weight * 1_000_000));
}

/** Budget tokens for this use, rounded up; exact. */
export function budgetCost(usage: TokenUsage, weights: TokenWeights): number {
  const exact =
    BigInt(usage.input) * inMillionths(weights.input) +
    BigInt(usage.cached) * inMillionths(weights.cached) +
    BigInt(usage.output) * inMillionths(weights.output);
  return Number((exact + PER_TOKEN - 1n) / PER_TOKEN);
}

/** The most output tokens, `answers` times, for which `left` suffices after the input; negative where not even that fits. */
export function outputCap(
  left: number,
  { input, answers, weights }: { readonly input: number; readonly answers: number; readonly weights: TokenWeights },
): number {
  const rest = left - budgetCost({ input, cached: 0, output: 0 }, dearest(weights));
  if (rest < 0) return -1;
  const each = inMillionths(weights.output) * BigInt(answers);
  return each === 0n ? Number.MAX_SAFE_INTEGER : Number((BigInt(rest) * PER_TOKEN) / each);
}

/** Before a call nobody knows how much of its input is cached, so the dearer of both is reserved. */
export function dearest(weights: TokenWeights): TokenWeights {
  return { ...weights, input: Math.max(weights.input, weights.cached) };
}
