import { solveKnapsack, type Solver, type SolveOptions } from '../../src/simulation/measures/knapsack.ts';
import type { KnapsackInstance } from './knapsack-instances.ts';

/** What a value is compared with. `bound` is that of the linear relaxation: no less than the optimum, often more. */
export interface Reference {
  readonly value: number;
  readonly kind: 'known' | 'optimum' | 'bound';
}

/** The best known value of the instance; else the optimum, where it is found in so many seconds; else the bound. */
export function referenceOf(solver: Solver, instance: KnapsackInstance, seconds: number): Reference {
  if (instance.best !== undefined) return { value: instance.best, kind: 'known' };
  return orBound((options) => solved(solver, instance, options), seconds);
}

/** The same of anything that is solved with these options. */
export function orBound(solve: (options: SolveOptions) => number | undefined, seconds: number): Reference {
  const optimum = solve({ seconds });
  if (optimum !== undefined) return { value: optimum, kind: 'optimum' };
  const bound = solve({ relaxed: true });
  if (bound === undefined) throw new Error('the solver found no bound');
  return { value: bound, kind: 'bound' };
}

/** The value of the linear relaxation, which nothing passes. */
export function boundOf(solver: Solver, instance: KnapsackInstance): number {
  return solved(solver, instance, { relaxed: true }) ?? Number.POSITIVE_INFINITY;
}

/** The best value that the solver finds in so many seconds; undefined where it finds none. */
export function bestFound(solver: Solver, instance: KnapsackInstance, seconds: number): number | undefined {
  return solved(solver, instance, { seconds, orBestFound: true });
}

function solved(solver: Solver, { values, weights, capacities }: KnapsackInstance, options: SolveOptions) {
  const constraints = weights.map((terms, row) => ({ terms, most: capacities[row]! }));
  return solveKnapsack(solver, values, constraints, options);
}
