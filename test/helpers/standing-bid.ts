import { micro } from '../../src/domain/credits.ts';
import type { MarketMoment, StandingBid } from '../../src/domain/market.ts';
import type { Bundle } from '../../src/domain/resources.ts';

type BidOptions = Partial<
  Omit<StandingBid, 'amount' | 'reserveAtPlacing' | 'bundle'> & {
    readonly amount: number;
    readonly reserveAtPlacing: number;
    readonly bundle: Partial<Bundle>;
  }
>;

/** A bid of an agent of its own, named after the id, for 1 CPU second and 64 MB. */
export function standingBid(
  id: number,
  { bundle, amount, reserveAtPlacing, ...options }: BidOptions = {},
): StandingBid {
  const agentId = options.agentId ?? `agent-${id}`;
  return {
    id,
    agentId,
    payerId: agentId,
    lineageId: agentId,
    bundle: { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0, ...bundle },
    amount: micro(amount ?? 1000),
    reserveAtPlacing: micro(reserveAtPlacing ?? 1),
    passedOver: 0,
    earliestCycle: 0,
    ...options,
  };
}

/** A cycle in which nothing runs, nobody rests, and there is room for much. */
export function marketMoment(options: Partial<MarketMoment> = {}): MarketMoment {
  return {
    cycle: 10,
    paused: false,
    runningAgents: new Set(),
    installingAgents: new Set(),
    freeAtStart: { cpuMs: 100_000, memoryMb: 10_000, tokens: 1000, attention: 1 },
    tokensWithheld: 0,
    recentAttention: [],
    ...options,
  };
}
