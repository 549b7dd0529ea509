import type { Offer } from './market.ts';
import type { Quantities } from './resources.ts';

/** How many numbers the rows below hold: cpuMs, memoryMb, tokens, attention. */
export const ROW = 4;

/** What happened when the ranked offers were served one after the other. Flat rows keep 10,000 bids fast. */
export interface GreedyRun {
  readonly ranked: readonly Offer[];
  /** Indexes into `ranked` of those that were served. */
  readonly winners: readonly number[];
  /** One row per winner: what was free after it was served. */
  readonly freeAfter: Float64Array;
  /** Indexes into `ranked` of those that did not fit although their agent had not won yet. */
  readonly short: readonly number[];
  /** One row per short offer: its bundle less what was free at its turn. At least one number is positive. */
  readonly lacks: Float64Array;
}

/** Serves each offer whose bundle fits as a whole into what is left, at most one per agent. */
export function greedyFill(ranked: readonly Offer[], free: Quantities): GreedyRun {
  const winners: number[] = [];
  const short: number[] = [];
  const freeAfter = new Float64Array(ranked.length * ROW);
  const lacks = new Float64Array(ranked.length * ROW);
  const served = new Set<string>();
  let { cpuMs, memoryMb, tokens, attention } = free;

  for (const [index, { bid }] of ranked.entries()) {
    if (served.has(bid.agentId)) continue;
    const { bundle } = bid;
    if (
      bundle.cpuMs <= cpuMs &&
      bundle.memoryMb <= memoryMb &&
      bundle.tokens <= tokens &&
      bundle.attention <= attention
    ) {
      cpuMs -= bundle.cpuMs;
      memoryMb -= bundle.memoryMb;
      tokens -= bundle.tokens;
      attention -= bundle.attention;
      served.add(bid.agentId);
      setRow(freeAfter, winners.length, cpuMs, memoryMb, tokens, attention);
      winners.push(index);
    } else {
      setRow(
        lacks,
        short.length,
        bundle.cpuMs - cpuMs,
        bundle.memoryMb - memoryMb,
        bundle.tokens - tokens,
        bundle.attention - attention,
      );
      short.push(index);
    }
  }
  return { ranked, winners, freeAfter, short, lacks };
}

/** What was free after the winner with this place among the winners. */
export function freeAfterWinner(run: GreedyRun, place: number): Quantities {
  const start = place * ROW;
  return {
    cpuMs: run.freeAfter[start] ?? 0,
    memoryMb: run.freeAfter[start + 1] ?? 0,
    tokens: run.freeAfter[start + 2] ?? 0,
    attention: run.freeAfter[start + 3] ?? 0,
  };
}

function setRow(
  rows: Float64Array,
  place: number,
  cpuMs: number,
  memoryMb: number,
  tokens: number,
  attention: number,
): void {
  const start = place * ROW;
  rows[start] = cpuMs;
  rows[start + 1] = memoryMb;
  rows[start + 2] = tokens;
  rows[start + 3] = attention;
}
