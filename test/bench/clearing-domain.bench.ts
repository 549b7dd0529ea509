import { fileURLToPath } from 'node:url';
import { allocate, type AllocationInput } from '../../src/domain/allocation-scheduler.ts';
import { micro } from '../../src/domain/credits.ts';
import type { Allocation, StandingBid } from '../../src/domain/market.ts';
import { byDensity } from '../../src/domain/ranking.ts';
import { bundleCost, fits, minus, type Prices } from '../../src/domain/resources.ts';

/**
 * Clears 10,000 bids of 8,000 agents with about 4,000 winners and compares with critical values found the naive way,
 * by serving all bids anew for each winner. `npm run bench -- clearing-domain`.
 */
const BIDS = 10_000;
const AGENTS = 8_000;
const RUNS = 15;
const NAIVE_RUNS = 2;
const AGE_BONUS_PPM = 50_000;

if (process.argv[1] === fileURLToPath(import.meta.url)) compareClearing();

/** Prints both, and sets the exit code where they differ. The least of some runs each, since nothing is faster by chance. */
export function compareClearing(): void {
  const input = scarceMarket();
  const least = Math.min(...Array.from({ length: RUNS }, () => timed(() => allocate(input)).ms));
  const allocation = allocate(input);
  const runs = Array.from({ length: NAIVE_RUNS }, () => timed(() => naivePrices(input, allocation)));
  const naive = Math.min(...runs.map(({ ms }) => ms));
  const { winners } = allocation;
  const differences = winners.filter((winner, place) => winner.price !== runs[0]?.value[place]).length;
  console.log(
    [
      `${BIDS} bids, ${winners.length} winners`,
      `cleared and priced: ${least.toFixed(1)} ms; naive critical values alone: ${naive.toFixed(0)} ms, ` +
        `${(naive / least).toFixed(0)} times as long (must be 5)`,
      `${differences} different prices`,
    ].join('\n'),
  );
  if (differences > 0) process.exitCode = 1;
}

function scarceMarket(): AllocationInput {
  const next = pseudoRandom(42);
  const prices: Prices = {
    cpu_seconds: micro(6250),
    memory_mb: micro(8138),
    tokens: micro(100),
    attention: micro(50e6),
  };
  const bids: StandingBid[] = [];
  for (let id = 1; id <= BIDS; id++) {
    const bundle = {
      cpuMs: 100 + Math.floor(next() * 1900),
      memoryMb: 16 + Math.floor(next() * 240),
      tokens: next() < 0.5 ? 0 : Math.floor(next() * 4000),
      attention: next() < 0.02 ? 1 : 0,
    } as const;
    const reserve = bundleCost(bundle, prices);
    const agentId = `agent-${Math.floor(next() * AGENTS)}`;
    bids.push({
      id,
      agentId,
      payerId: agentId,
      lineageId: `agent-${id % 50}`,
      bundle,
      amount: micro(Math.floor(reserve * (1 + next() * next() * 4))),
      reserveAtPlacing: reserve,
      passedOver: Math.floor(next() * 20),
      earliestCycle: 0,
    });
  }
  return {
    bids,
    prices,
    rules: { mechanism: 'density', ageBonusPpm: AGE_BONUS_PPM, restAllocations: 3, ttlCycles: 60 },
    moment: {
      cycle: 100,
      paused: false,
      runningAgents: new Set(),
      installingAgents: new Set(),
      freeAtStart: { cpuMs: 4_000_000, memoryMb: 520_000, tokens: 4_200_000, attention: 1 },
      tokensWithheld: 0,
      recentAttention: [],
    },
  };
}

/** For each winner: serve all other agents' bids in order until the winner's bundle no longer fits. */
function naivePrices(input: AllocationInput, { ranked, winners }: Allocation): number[] {
  const order = byDensity(AGE_BONUS_PPM);
  return winners.map((winner) => {
    const own = ranked[winner.rank - 1]!;
    const floor = Math.min(own.reserveCost, own.bid.reserveAtPlacing);
    const served = new Set([winner.agentId]);
    let free = input.moment.freeAtStart;
    for (const offer of ranked) {
      if (served.has(offer.bid.agentId) || !fits(offer.bid.bundle, free)) continue;
      served.add(offer.bid.agentId);
      free = minus(free, offer.bid.bundle);
      if (!fits(winner.bundle, free)) return Math.max(floor, order.leastAmountAhead(own, offer));
    }
    return floor;
  });
}

function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const start = performance.now();
  const value = work();
  return { value, ms: performance.now() - start };
}

/** Numbers from 0 to 1 that are the same on every run (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
