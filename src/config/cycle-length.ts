import type { Config } from './schema.ts';

type Market = Pick<Config['market'], 'cycle_seconds' | 'reference_seconds'>;

/** More makes no difference to anybody, and every number of a cycle stays exact. */
const CYCLES_MAX = 10_000_000;
/** Seconds are no binary fractions: 0.3 ÷ 0.1 is to be 3 cycles, not 4. */
const ROUNDING = 1e-9;

/**
 * Turns seconds, as they are configured, into cycles of the market: the number of cycles that last at least this long.
 * 0 for no time.
 */
export function cyclesIn(seconds: number, { cycle_seconds: cycleSeconds }: Market): number {
  return Math.min(CYCLES_MAX, Math.ceil((seconds / cycleSeconds) * (1 - ROUNDING)));
}

/**
 * How many reference cycles one cycle lasts: exactly 1 at `market.reference_seconds`. Rates and values are stated for a
 * reference cycle.
 */
export function spansPerCycle({ cycle_seconds: cycleSeconds, reference_seconds: referenceSeconds }: Market): number {
  return cycleSeconds / referenceSeconds;
}
