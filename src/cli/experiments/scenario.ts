import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { runExperiment, SEEDS, type Experiment } from '../../simulation/scenario/experiment.ts';
import { readScenario } from '../../simulation/scenario/scenario-file.ts';
import { makeFolder } from '../../platform/folder.ts';
import { parseWhole } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { NotInOrder, reject, valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { printJson, printLines } from '../output/printing.ts';
import { manifestOfScenario } from './run-manifests.ts';
import { writeManifest } from './manifest.ts';
import { loadECharts } from './plot.ts';
import { experimentLines, experimentView } from './scenario-report.ts';
import { writeExperiment } from './scenario-files.ts';

export interface ScenarioOptions extends GlobalOptions {
  readonly scenario?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly days?: string;
  readonly jobs?: string;
  readonly short?: boolean;
  readonly out?: string;
  readonly manifest?: string;
  readonly writeManifest?: string;
}

export const SEEDS_MAX = 10_000;
const JOBS_MAX = 256;
const DAYS_MAX = 3650;

export function addScenarioOptions(command: Command): Command {
  return command
    .option('--scenario <name>', 'one that comes with the program, or a YAML file')
    .option('--seeds <n>', `runs of a scenario, each with a seed of its own (default: ${SEEDS})`)
    .option('--days <n>', 'simulated days of a scenario (default: what it says)')
    .option('--short', 'the short form in which a scenario is run with every commit')
    .option('--jobs <n>', 'runs at the same time (default: one for each core)')
    .option('--out <dir>', 'write a table of every run, the paths of prices, plots, and manifest.json');
}

/** Runs a scenario, shows its measures, and says whether it shows what it promises. Throws `NotInOrder` where not. */
export async function simulateScenario(deps: CliDeps, nameOrFile: string, options: ScenarioOptions): Promise<void> {
  const { json = false, out } = options;
  const scenario = readScenario(nameOrFile);
  const directory = out === undefined ? undefined : await outputFolder(deps, out);
  const began = deps.clock.monotonic();
  const experiment = await runExperiment({
    ...scenario,
    overrides: options.set ?? [],
    jobs: jobsOf(deps, options),
    signal: deps.interrupt,
    short: options.short ?? false,
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.seeds !== undefined && { seeds: wholeOf(options.seeds, 'seeds', SEEDS_MAX) }),
    ...(options.days !== undefined && { days: daysOf(options.days) }),
    onNotice: (line) => printLines(deps.stderr, [`bp-agents: ${scenario.name}: ${line}`]),
    onRun: (variant, seed) => {
      const seconds = ((deps.clock.monotonic() - began) / 1000).toFixed(0);
      if (!json) printLines(deps.stderr, [`${scenario.name}, ${variant}, seed ${seed}: done after ${seconds} s`]);
    },
  });
  const manifest = manifestOfScenario(deps, experiment);
  if (options.writeManifest !== undefined) writeManifest(resolve(deps.directory, options.writeManifest), manifest);
  if (directory !== undefined) {
    await writeExperiment(directory, experiment);
    writeManifest(join(directory, 'manifest.json'), manifest);
  }
  show(deps, experiment, json);
  const broken = experiment.verdicts.filter(({ holds }) => !holds).length;
  if (broken > 0)
    throw new NotInOrder(`${scenario.name} doesn't show what it promises: ${broken} of its expectations fail`);
}

/** Makes the folder for what will be written. Whatever stands in the way is told before the long work begins. */
export async function outputFolder({ directory }: CliDeps, out: string): Promise<string> {
  if (out.trim() === '') reject('empty', '--out must be a folder, not empty', { field: 'out' });
  await loadECharts();
  const folder = resolve(directory, out);
  makeFolder(folder);
  return folder;
}

export function jobsOf({ machine }: CliDeps, { jobs }: Pick<ScenarioOptions, 'jobs'>): number {
  return jobs === undefined ? machine.cores : wholeOf(jobs, 'jobs', JOBS_MAX);
}

export function daysOf(text: string): number {
  const days = Number(text);
  if (text.trim() !== '' && days > 0 && days <= DAYS_MAX) return days;
  return reject('invalid_value', `days must be a number over 0 and at most ${DAYS_MAX}`, { field: 'days' });
}

export function wholeOf(text: string, field: string, most: number): number {
  return valueOf(parseWhole(text, field, { least: 1, most }));
}

function show({ stdout }: CliDeps, experiment: Experiment, json: boolean): void {
  if (json) printJson(stdout, experimentView(experiment));
  else printLines(stdout, experimentLines(experiment));
}
