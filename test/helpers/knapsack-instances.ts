/** A 0/1 knapsack with several constraints: what each item is worth, and what it takes of each constraint. */
export interface KnapsackInstance {
  readonly values: readonly number[];
  /** By constraint, then by item. */
  readonly weights: readonly (readonly number[])[];
  readonly capacities: readonly number[];
  /** The largest value that anybody is known to have reached. */
  readonly best?: number;
}

/**
 * An instance by the procedure of Chu and Beasley ("A genetic algorithm for the multidimensional knapsack problem",
 * 1998): weights are whole numbers from 1 to 1000, a capacity is the tightness times the sum of its weights, and a value
 * is the mean of the item's weights plus up to 500.
 */
export function chuBeasley(
  random: () => number,
  { items = 100, constraints = 5, tightness }: { items?: number; constraints?: number; tightness: number },
): KnapsackInstance {
  const weights = Array.from({ length: constraints }, () =>
    Array.from({ length: items }, () => 1 + Math.floor(random() * 1000)),
  );
  const capacities = weights.map((row) => Math.floor(tightness * row.reduce((sum, weight) => sum + weight, 0)));
  const values = Array.from({ length: items }, (_, item) => {
    const sum = weights.reduce((total, row) => total + row[item]!, 0);
    return Math.floor(sum / constraints + 500 * random());
  });
  return { values, weights, capacities };
}

/**
 * The instances of a file of the OR-Library (`mknapcb1.txt` and its like): their count; then of each the numbers of
 * items and of constraints and the best known value (0 where there is none), values, weights by constraint, capacities.
 */
export function orLibrary(text: string): readonly KnapsackInstance[] {
  const numbers = text.split(/\s+/).filter(Boolean).map(Number);
  let at = 0;
  const next = () => {
    const value = numbers[at++];
    if (value === undefined || !Number.isFinite(value))
      throw new Error(`not an OR-Library file: number ${at} is missing`);
    return value;
  };
  const many = (count: number) => Array.from({ length: count }, next);
  return Array.from({ length: next() }, () => {
    const [items, constraints, best] = [next(), next(), next()];
    return {
      values: many(items),
      weights: Array.from({ length: constraints }, () => many(items)),
      capacities: many(constraints),
      ...(best > 0 && { best }),
    };
  });
}

/** The same the other way round. */
export function orLibraryText(instances: readonly KnapsackInstance[]): string {
  const lines = instances.flatMap(({ values, weights, capacities, best = 0 }) => [
    `${values.length} ${capacities.length} ${best}`,
    ...[values, ...weights, capacities].map((row) => row.join(' ')),
  ]);
  return `${[instances.length, ...lines].join('\n')}\n`;
}
