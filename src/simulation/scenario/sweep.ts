import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { parseYaml } from '../../config/yaml.ts';
import { BpError } from '../../platform/errors.ts';
import { mean, spread } from '../measures/statistics.ts';
import { prepareScenario, readScenario, scenarioNames, type ScenarioText } from './scenario-file.ts';
import { runAll, type PoolOptions, type ScenarioTask } from './scenario-pool.ts';

/** A sweep file: a scenario, one or two keys with the values to try, and what to look at. */
export type Sweep = z.output<typeof sweepSchema>;

const VALUES_MAX = 100;

const sweepSchema = z.strictObject({
  scenario: z
    .string()
    .min(1)
    .describe('One that comes with the program, or a file: from where this one lies, or an absolute path.'),
  keys: z
    .record(
      z.string().min(1),
      z
        .array(z.union([z.number(), z.string(), z.boolean()]))
        .min(1)
        .max(VALUES_MAX),
    )
    .refine((keys) => [1, 2].includes(Object.keys(keys).length), { error: 'one key or two' })
    .describe('As --set takes them, each with the values to try.'),
  measures: z.array(z.string().min(1)).min(1).max(50).describe('What to show, such as credits.held.'),
  set: z.array(z.string()).max(1000).default([]).describe('The same in all runs, as --set takes it.'),
  seeds: z.int().min(1).max(1000).default(4).describe('Runs of each combination.'),
  days: z.number().min(0.001).max(3650).optional().describe('Simulated days; by default what the scenario says.'),
});

/** What came of one combination of values. */
export interface SweepPoint {
  /** By key. */
  readonly values: Readonly<Record<string, number | string | boolean>>;
  /** By measure, over the seeds; NaN where no run has it. */
  readonly measures: Readonly<Record<string, { readonly mean: number; readonly spread: number }>>;
}

/** Throws `BpError` `scenario_not_found` or `scenario_invalid`. */
export function readSweep(file: string): { readonly sweep: Sweep; readonly scenario: ScenarioText } {
  const result = sweepSchema.safeParse(treeOf(file));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const sweep = result.data;
  const isBuiltIn = scenarioNames().includes(sweep.scenario);
  return { sweep, scenario: readScenario(isBuiltIn ? sweep.scenario : resolve(dirname(file), sweep.scenario)) };
}

function treeOf(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
}

/** Runs every combination, in the order of the file, the last key changing first. Throws as `runScenario` does. */
export async function runSweep(
  { sweep, scenario: { name, text, directory } }: ReturnType<typeof readSweep>,
  options: Pick<PoolOptions, 'jobs' | 'signal'> & { readonly onRun?: (done: number, of: number) => void },
): Promise<readonly SweepPoint[]> {
  const combinations = combined(Object.entries(sweep.keys));
  const days = sweep.days ?? prepareScenario(name, text, sweep.set, { directory }).scenario.days;
  const tasks = combinations.flatMap((values): readonly ScenarioTask[] => {
    const overrides = [...sweep.set, ...Object.entries(values).map(([key, value]) => `${key}=${value}`)];
    // A wrong key or value is told before anything runs.
    prepareScenario(name, text, overrides, { directory });
    return Array.from({ length: sweep.seeds }, (_, seed) => ({
      name,
      text,
      directory,
      overrides,
      seed: `${seed + 1}`,
      days,
    }));
  });
  let done = 0;
  const runs = await runAll(tasks, { ...options, onDone: () => options.onRun?.(++done, tasks.length) });
  return combinations.map((values, place) => {
    const own = runs.slice(place * sweep.seeds, (place + 1) * sweep.seeds);
    const summary = (measure: string) => {
      const found = own.flatMap(({ measures }) => measures[measure] ?? []);
      return [measure, { mean: mean(found), spread: spread(found) }] as const;
    };
    return { values, measures: Object.fromEntries(sweep.measures.map(summary)) };
  });
}

type Values = SweepPoint['values'];

function combined([first, ...rest]: readonly (readonly [string, Sweep['keys'][string]])[]): readonly Values[] {
  if (!first) return [{}];
  const [key, values] = first;
  return values.flatMap((value) => combined(rest).map((others) => ({ [key]: value, ...others })));
}

function invalid(file: string, detail: string): BpError {
  return new BpError('scenario_invalid', `sweep ${file}: ${detail}`);
}
