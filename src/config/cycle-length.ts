import type { Config } from './schema.ts';

type Market = Pick<Config['market'], 'cycle_seconds' | 'reference_seconds'>;

/** More makes no difference to anybody, and every number of a cycle stays exact. */
const CYCLES_MAX = 10_000_000;
/** Seconds are no binary fractions: 0.3 ÷ 0.1 is to be 3 cycles, not 4. */
const ROUNDING = 1e-9;

/** As many cycles as last at least so long: what is configured in seconds, as the market counts it. 0 for no time. */
export function cyclesIn(seconds: number, { cycle_seconds: cycleSeconds }: Market): number {
  return Math.min(CYCLES_MAX, Math.ceil((seconds / cycleSeconds) * (1 - ROUNDING)));
}

/** How many of the spans that rates and values are stated for a cycle lasts: exactly 1 at `market.reference_seconds`. */
export function spansPerCycle({ cycle_seconds: cycleSeconds, reference_seconds: referenceSeconds }: Market): number {
  return cycleSeconds / referenceSeconds;
}
