import { mean, spread } from '../measures/statistics.ts';
import { judge, type RunsByVariant, type Verdict } from './expectations.ts';
import { AS_IT_STANDS, prepareScenario, variantOverrides } from './scenario-file.ts';
import { runAll, type PoolOptions, type ScenarioTask } from './scenario-pool.ts';

export interface ExperimentOptions extends Pick<PoolOptions, 'jobs' | 'signal'> {
  readonly name: string;
  /** The scenario's YAML. */
  readonly text: string;
  /** Where names of files in it begin; by default where the program was called. */
  readonly directory?: string | undefined;
  /** As `--set` takes them; on top of what makes a variant. */
  readonly overrides?: readonly string[];
  /** The form in which it is run with every commit. */
  readonly short?: boolean;
  /** By default what the scenario says. */
  readonly days?: number;
  /** By default 8, in short form what the scenario says. */
  readonly seeds?: number;
  /** From which the seeds of the runs are made. */
  readonly seed?: string;
  readonly onRun?: (variant: string, seed: string) => void;
  /** Told what the scenario as it stands says in a way that is no longer the right one. */
  readonly onNotice?: (line: string) => void;
}

export interface Experiment {
  readonly name: string;
  readonly about: string;
  readonly days: number;
  readonly runs: RunsByVariant;
  readonly verdicts: readonly Verdict[];
}

/** A measure over the seeds. The spread is the sample's standard deviation. */
export interface Summary {
  readonly mean: number;
  readonly spread: number;
  readonly least: number;
  readonly most: number;
}

export const SEEDS = 8;

/**
 * Runs a scenario and its variants, each with the same seeds, and judges what it promises. The same options give the
 * same result, however many jobs there are. Throws `BpError` as `prepareScenario` and `runScenario` do.
 */
export async function runExperiment(options: ExperimentOptions): Promise<Experiment> {
  const { name, text, directory, overrides = [], short = false, seed = '1', onRun = () => undefined } = options;
  const { scenario } = prepareScenario(name, text, overrides, { directory, onNotice: options.onNotice });
  const days = options.days ?? (short ? (scenario.short.days ?? scenario.days) : scenario.days);
  const seeds = Array.from({ length: options.seeds ?? (short ? scenario.short.seeds : SEEDS) }, (_, number) =>
    number === 0 ? seed : `${seed}/${number + 1}`,
  );
  // In short form only what a promise speaks of.
  const named = new Set(scenario.expect.flatMap(({ variant, of }) => [variant, of]));
  const welfare = !short || scenario.expect.some(({ measure, times }) => isWelfare(measure) || isWelfare(times));
  const variants = [AS_IT_STANDS, ...Object.keys(scenario.variants).filter((name) => !short || named.has(name))];
  const tasks = variants.flatMap((variant) =>
    seeds.map((it): ScenarioTask & { readonly variant: string } => {
      const settings = [...variantOverrides(scenario, variant), ...overrides];
      // What is wrong with a variant is told before anything runs.
      prepareScenario(name, text, settings, { directory });
      return { name, text, directory, overrides: settings, seed: it, days, welfare, variant };
    }),
  );
  const done = await runAll(tasks, {
    ...options,
    onDone: (place) => onRun(tasks[place]?.variant ?? '', tasks[place]?.seed ?? ''),
  });
  const runs = new Map(
    variants.map((variant) => [variant, done.filter((_, place) => tasks[place]?.variant === variant)]),
  );
  const verdicts = scenario.expect.map((expectation) => judge(expectation, runs));
  return { name, about: scenario.about, days, runs, verdicts };
}

function isWelfare(measure = ''): boolean {
  return measure.startsWith('welfare.');
}

/** Every measure of these runs, in the order in which they come first. A run that has none of a measure isn't counted. */
export function summaries(runs: RunsByVariant, variant: string): ReadonlyMap<string, Summary> {
  const values = new Map<string, number[]>();
  for (const { measures } of runs.get(variant) ?? [])
    for (const [name, value] of Object.entries(measures)) values.set(name, [...(values.get(name) ?? []), value]);
  return new Map(
    [...values].map(([name, all]) => [
      name,
      { mean: mean(all), spread: spread(all), least: Math.min(...all), most: Math.max(...all) },
    ]),
  );
}
