import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CONFIG_FILE, databasePath } from '../../config/home-places.ts';
import { effectiveValues, type EffectiveValue } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { otherValues, treeOf } from '../../config/run-record.ts';
import { derive, type Derived } from '../../config/supply.ts';
import { reward } from '../../domain/attention.ts';
import { add, subtract, toCredits } from '../../domain/credits.ts';
import { bundleCost, bundleView, type Prices } from '../../domain/resources.ts';
import { pricesView } from '../../economy/market/cycle-record.ts';
import { bareBundle, pricesOf } from '../../economy/views/market-view.ts';
import type { Home } from '../../operator/home.ts';
import { machineOf } from '../home/engine-machine.ts';
import type { CliDeps } from '../cli-deps.ts';
import { recordFor, someOf } from '../home/config-in-force.ts';
import { readConfig, type GlobalOptions } from '../home/home-config.ts';
import { openHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';

/** The middle of the scale. */
const MEAN_MARK = 5;

export function addConfig(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { config, sources } = await readConfig(deps, options);
    const values = effectiveValues(sources);
    const record = recordFor(deps, sources, 'run');
    const other = record ? otherValues(record, values) : null;
    const view = configView(deps, { directory: sources.home, config }, { values, other });
    if (options.json) printJson(deps.stdout, view);
    else printLines(deps.stdout, lines(view, values));
    const differing = Object.entries(other ?? {}).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    if (differing.length > 0)
      printLines(deps.stderr, [`bp-agents: the run that goes on, or the last, has other values: ${someOf(differing)}`]);
  });
}

interface Compared {
  readonly values: readonly EffectiveValue[];
  /** Those of the `run` that goes on, or of the last, where they are others; null where none recorded any. */
  readonly other: Readonly<Record<string, unknown>> | null;
}

function configView(deps: CliDeps, home: Pick<Home, 'directory' | 'config'>, { values, other }: Compared) {
  const { directory, config } = home;
  const derived = derive(config, machineOf(deps, directory));
  return {
    home: directory,
    file: join(directory, CONFIG_FILE),
    config: treeOf(values),
    /** Only what isn't the default. */
    set_by: Object.fromEntries(
      values.flatMap(({ path, origin }) => (origin === null ? [] : [[path.join('.'), origin]])),
    ),
    differs_in_run: other,
    supply: bundleView(derived.supply),
    start_prices: pricesView(derived.startPrices),
    mean_answer: meanAnswer(config, pricesToday(deps, home, derived)),
  };
}

/** What the middle mark earns, against what it costs to be asked. */
function meanAnswer(config: Config, prices: Prices) {
  const marks = { interesting: MEAN_MARK, useful: MEAN_MARK, understandable: MEAN_MARK };
  const issued = reward(marks, config.attention.rates);
  const bare = bundleCost(bareBundle(config.economy.bare_bundle), prices);
  const prompt = add(bare, prices.attention);
  return {
    marks,
    reward: toCredits(issued),
    prompt_cost: toCredits(prompt),
    bare_execution_cost: toCredits(bare),
    /** Beyond its own prompt; negative where it doesn't pay for that. */
    bare_executions: Math.floor(subtract(issued, prompt) / bare),
  };
}

/** Those of the economy where there is one, otherwise those that it would start with. */
function pricesToday(deps: CliDeps, place: Pick<Home, 'directory' | 'config'>, derived: Derived): Prices {
  if (!existsSync(databasePath(place.directory))) return derived.startPrices;
  const home = openHome(deps, place, { create: false });
  try {
    return pricesOf(home.economy);
  } finally {
    home.close();
  }
}

function lines(view: Awaited<ReturnType<typeof configView>>, values: readonly EffectiveValue[]): readonly string[] {
  const { mean_answer: mean, supply } = view;
  const beyond =
    mean.bare_executions >= 0
      ? `pays for its own prompt (${mean.prompt_cost}) and ${mean.bare_executions} bare executions (${mean.bare_execution_cost} each)`
      : `does not pay for its own prompt (${mean.prompt_cost})`;
  return [
    ...tableLines(values, [
      { title: 'key', value: ({ path }) => path.join('.'), whole: true },
      { title: 'value', value: ({ value }) => JSON.stringify(value) },
      { title: 'set by', value: ({ origin }) => origin ?? 'default' },
    ]),
    '',
    `to change a value: ${view.file}, a variable such as BP_MARKET__CYCLE_SECONDS=5, or --set market.cycle_seconds=5`,
    `supply per cycle: ${supply.cpu_seconds} CPU seconds, ${supply.memory_mb} MB, ${supply.tokens} tokens, ` +
      `${supply.attention} attention`,
    `the mean answer (5, 5, 5) issues ${mean.reward} credits: it ${beyond}`,
  ];
}
