import type { StandingBid } from '../../domain/market.ts';
import { QUANTITY_KEY, RESOURCES, type Quantities } from '../../domain/resources.ts';
import { solveKnapsack, type SolveOptions, type Solver } from './knapsack.ts';

/**
 * HiGHS, compiled to WASM. It is a development dependency, since only experiments need it: undefined where it isn't
 * installed.
 */
export async function loadSolver(): Promise<Solver | undefined> {
  try {
    const { default: load } = (await import('highs')) as unknown as { default: () => Promise<Solver> };
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * The most that bids whose bundles fit together can offer, at most one per agent, in micro-credits: exact, or no less
 * where `relaxed` or `within`. Undefined where it wasn't found in time.
 */
export function bestValue(
  solver: Solver,
  bids: readonly StandingBid[],
  free: Quantities,
  options: SolveOptions = {},
): number | undefined {
  const rows = RESOURCES.map((resource) => {
    const key = QUANTITY_KEY[resource];
    return { terms: bids.map(({ bundle }) => bundle[key]), most: Math.max(0, free[key]) };
  });
  const agents = [...new Set(bids.map(({ agentId }) => agentId))];
  const alone = agents.map((agent) => ({ terms: bids.map(({ agentId }) => (agentId === agent ? 1 : 0)), most: 1 }));
  const amounts = bids.map(({ amount }) => amount);
  return solveKnapsack(solver, amounts, [...rows, ...alone], options);
}
