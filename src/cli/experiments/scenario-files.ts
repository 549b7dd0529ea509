import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AS_IT_STANDS } from '../../simulation/scenario/scenario-file.ts';
import type { Experiment } from '../../simulation/scenario/experiment.ts';
import type { ScenarioRun } from '../../simulation/scenario/scenario-run.ts';
import { csvLine } from '../output/csv.ts';
import { linePlot } from './plot.ts';

/**
 * Writes what an experiment came to into a folder: `runs.csv` with every measure of every run, and for each variant the
 * paths of its first run as `paths-<variant>.csv`, `prices-<variant>.svg` and `utilisation-<variant>.svg`.
 */
export async function writeExperiment(directory: string, { name, runs }: Experiment): Promise<void> {
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text);
  write('runs.csv', runsTable(runs));
  for (const [variant, [first]] of runs) {
    if (!first) continue;
    const title = `${name}${variant === AS_IT_STANDS ? '' : `, ${variant}`}, seed ${first.seed}`;
    write(`paths-${variant}.csv`, pathsTable(first));
    write(`prices-${variant}.svg`, await pathPlot(first, 'price.', `${title}: prices as multiples of the start price`));
    write(`utilisation-${variant}.svg`, await pathPlot(first, 'used.', `${title}: utilisation`));
  }
}

function runsTable(runs: Experiment['runs']): string {
  const all = [...runs].flatMap(([variant, list]) => list.map((run) => ({ variant, ...run })));
  const measures = [...new Set(all.flatMap((run) => Object.keys(run.measures)))];
  return [
    csvLine(['variant', 'seed', 'head', ...measures]),
    ...all.map((run) =>
      csvLine([run.variant, run.seed, run.head, ...measures.map((measure) => run.measures[measure] ?? null)]),
    ),
  ].join('');
}

function pathsTable({ paths }: ScenarioRun): string {
  const columns = Object.keys(paths[0] ?? {});
  return [csvLine(columns), ...paths.map((point) => csvLine(columns.map((column) => point[column] ?? null)))].join('');
}

function pathPlot({ paths }: ScenarioRun, prefix: string, title: string): Promise<string> {
  const names = Object.keys(paths[0] ?? {}).filter((name) => name.startsWith(prefix));
  return linePlot({
    ...{ title, x: 'hours', y: '' },
    series: names.map((name) => ({
      name: name.slice(prefix.length),
      points: paths.map((point) => [point['hour'] ?? 0, point[name] ?? 0] as const),
    })),
  });
}
