/**
 * A 0/1 knapsack with several constraints. With `relaxed`, or `within` some share, the result is a bound on the
 * optimum: never less, and found in a small part of the time.
 */
export function solveKnapsack(
  solver: Solver,
  values: readonly number[],
  constraints: readonly Constraint[],
  { relaxed = false, within = 0, seconds, orBestFound = false }: SolveOptions = {},
): number | undefined {
  if (values.length === 0) return 0;
  const names = values.map((_, place) => `x${place}`);
  const lines = constraints
    .map(({ terms, most }) => ({ row: linear(terms, names), most }))
    .filter(({ row }) => row !== '')
    .map(({ row, most }, place) => ` c${place}: ${row} <= ${most}`);
  const bounds = relaxed
    ? ['Bounds', ...names.map((name) => ` 0 <= ${name} <= 1`)]
    : ['Binary', ...names.map((name) => ` ${name}`)];
  const problem = ['Maximize', ` obj: ${linear(values, names)}`, 'Subject To', ...lines, ...bounds, 'End'].join('\n');
  const { Status: status, ObjectiveValue: value } = solver.solve(problem, {
    mip_rel_gap: within,
    ...(seconds !== undefined && { time_limit: seconds }),
  });
  // It may end before it found anything: then it gives an infinite value.
  if (status === 'Time limit reached') return orBestFound && Number.isFinite(value) ? value : undefined;
  if (status !== 'Optimal') throw new Error(`the solver ended with ${status}`);
  // The solver proves that nothing is better than what it found by a larger share of that.
  return value * (1 + within);
}

/** The part of `highs` that is used: it takes a problem in CPLEX LP format. */
export interface Solver {
  solve(problem: string, options?: Readonly<Record<string, unknown>>): { Status: string; ObjectiveValue: number };
}

export interface SolveOptions {
  /** The linear relaxation. */
  readonly relaxed?: boolean;
  /** More than the optimum by at most this share of it. */
  readonly within?: number;
  /** Gives up after this time. */
  readonly seconds?: number;
  /** The best that was found, where it gives up: less than the optimum, perhaps. */
  readonly orBestFound?: boolean;
}

export interface Constraint {
  /** What each item takes. */
  readonly terms: readonly number[];
  readonly most: number;
}

/** The format has a limit on the length of a line. */
function linear(terms: readonly number[], names: readonly string[]): string {
  return terms
    .flatMap((term, place) => (term === 0 ? [] : [`${term} ${names[place]}`]))
    .reduce((text, term, place) => (place === 0 ? term : `${text} +${place % 8 === 0 ? '\n' : ' '}${term}`), '');
}
