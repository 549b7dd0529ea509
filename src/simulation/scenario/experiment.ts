import { mean, spread } from '../measures/statistics.ts';
import { judge, type RunsByVariant, type Verdict } from './expectations.ts';
import { AS_IT_STANDS, prepareScenario, variantOverrides, type PrepareOptions } from './scenario-file.ts';
import { runAll, type PoolOptions } from './scenario-pool.ts';

export interface ExperimentOptions
  extends Pick<PoolOptions, 'jobs' | 'signal'>, Pick<PrepareOptions, 'directory' | 'files'> {
  readonly name: string;
  /** The scenario's YAML. */
  readonly text: string;
  /** As `--set` takes them; on top of what makes a variant. */
  readonly overrides?: readonly string[];
  /** By variant: the whole configuration, each value as `--set` takes it. */
  readonly configurations?: Readonly<Record<string, readonly string[]>>;
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
  /** What makes it again, whatever the files and the program's defaults have become. */
  readonly recipe: Recipe;
}

export interface Recipe {
  readonly text: string;
  readonly overrides: readonly string[];
  readonly short: boolean;
  readonly seed: string;
  readonly seeds: number;
  readonly days: number;
  readonly files: Readonly<Record<string, string>>;
  readonly configurations: Readonly<Record<string, readonly string[]>>;
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
  const { name, text, directory, overrides = [], short = false, seed = '1' } = options;
  const { onRun = () => undefined, onNotice } = options;
  const { scenario } = prepareScenario(name, text, overrides, { directory, files: options.files, onNotice });
  const days = options.days ?? (short ? (scenario.short.days ?? scenario.days) : scenario.days);
  const seeds = Array.from({ length: options.seeds ?? (short ? scenario.short.seeds : SEEDS) }, (_, number) =>
    number === 0 ? seed : `${seed}/${number + 1}`,
  );
  // In short form only what a promise speaks of.
  const named = new Set(scenario.expect.flatMap(({ variant, of }) => [variant, of]));
  const welfare = !short || scenario.expect.some(({ measure, times }) => isWelfare(measure) || isWelfare(times));
  const variants = [AS_IT_STANDS, ...Object.keys(scenario.variants).filter((name) => !short || named.has(name))];
  // What is wrong with a variant is told before anything runs.
  const prepared = variants.map((variant) => {
    const settings = [...variantOverrides(scenario, variant), ...overrides];
    const configuration = options.configurations?.[variant];
    const its = prepareScenario(name, text, settings, { directory, files: options.files, configuration });
    return { variant, settings, its };
  });
  const files = Object.assign({}, ...prepared.map(({ its }) => its.files)) as Recipe['files'];
  const configurations = Object.fromEntries(prepared.map(({ variant, its }) => [variant, its.configuration]));
  const tasks = prepared.flatMap(({ variant, settings }) =>
    seeds.map((it) => ({
      ...{ name, text, files, overrides: settings, configuration: options.configurations?.[variant] },
      ...{ seed: it, days, welfare, variant },
    })),
  );
  const done = await runAll(tasks, {
    ...options,
    onDone: (place) => onRun(tasks[place]?.variant ?? '', tasks[place]?.seed ?? ''),
  });
  const runs = new Map(
    variants.map((variant) => [variant, done.filter((_, place) => tasks[place]?.variant === variant)]),
  );
  const verdicts = scenario.expect.map((expectation) => judge(expectation, runs));
  const recipe = { text, overrides, short, seed, seeds: seeds.length, days, files, configurations };
  return { name, about: scenario.about, days, runs, verdicts, recipe };
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
