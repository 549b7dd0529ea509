import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readSweep, runSweep, type Sweep, type SweepPoint } from '../../simulation/scenario/sweep.ts';
import type { CliDeps } from '../cli-deps.ts';
import { rounded } from '../experiments/scenario-report.ts';
import { daysOf, jobsOf, outputFolder, SEEDS_MAX, wholeOf, type ScenarioOptions } from '../experiments/scenario.ts';
import { writeSweep } from '../experiments/sweep-files.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines, type Column } from '../output/printing.ts';

type Options = Pick<ScenarioOptions, 'json' | 'seeds' | 'days' | 'jobs' | 'out' | 'set'>;

export function addSweep(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--seeds <n>', 'runs of each combination (default: what the file says)')
    .option('--days <n>', 'simulated days (default: what the file says)')
    .option('--jobs <n>', 'runs at the same time (default: one for each core)')
    .option('--out <dir>', 'write the table as CSV, and a plot of each measure as SVG')
    .action(async (file: string) => {
      const options = command.optsWithGlobals<Options>();
      const { sweep: given, scenario } = readSweep(resolve(deps.directory, file));
      const sweep: Sweep = {
        ...given,
        set: [...given.set, ...(options.set ?? [])],
        ...(options.seeds !== undefined && { seeds: wholeOf(options.seeds, 'seeds', SEEDS_MAX) }),
        ...(options.days !== undefined && { days: daysOf(options.days) }),
      };
      const directory = options.out === undefined ? undefined : await outputFolder(deps, options.out);
      const began = deps.clock.monotonic();
      const points = await runSweep(
        { sweep, scenario },
        {
          jobs: jobsOf(deps, options),
          signal: deps.interrupt,
          onRun(done, of) {
            const seconds = ((deps.clock.monotonic() - began) / 1000).toFixed(0);
            if (!options.json) printLines(deps.stderr, [`${done} of ${of} runs done after ${seconds} s`]);
          },
        },
      );
      if (directory !== undefined) await writeSweep(directory, sweep, points);
      if (options.json) printJson(deps.stdout, { scenario: scenario.name, seeds: sweep.seeds, points });
      else printLines(deps.stdout, tableLines(points, columnsOf(sweep)));
    });
}

/** The keys, and of each measure its mean and how far the seeds spread. */
function columnsOf({ keys, measures }: Sweep): readonly Column<SweepPoint>[] {
  return [
    ...Object.keys(keys).map((key): Column<SweepPoint> => ({ title: key, value: ({ values }) => String(values[key]) })),
    ...measures.map((measure): Column<SweepPoint> => ({
      title: measure,
      value: ({ measures: found }) => shown(found[measure]),
      right: true,
    })),
  ];
}

function shown(found: { readonly mean: number; readonly spread: number } | undefined): string | null {
  if (!found || Number.isNaN(found.mean)) return null;
  return `${rounded(found.mean)} ± ${rounded(found.spread)}`;
}
