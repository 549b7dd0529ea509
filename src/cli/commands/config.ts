import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CONFIG_FILE, databasePath } from '../../config/home-places.ts';
import { effectiveValues, type EffectiveValue } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { derive, type Derived } from '../../config/supply.ts';
import { reward } from '../../domain/attention.ts';
import { add, subtract, toCredits } from '../../domain/credits.ts';
import { bundleCost, bundleView, type Prices } from '../../domain/resources.ts';
import { pricesView } from '../../economy/market/cycle-record.ts';
import { bareBundle, pricesOf } from '../../economy/views/market-view.ts';
import { machineOf } from '../home/engine-machine.ts';
import type { CliDeps } from '../cli-deps.ts';
import { configSources, homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { openHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';

/** The middle of the scale. */
const MEAN_MARK = 5;

export function addConfig(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const view = await configView(deps, options);
    if (options.json) printJson(deps.stdout, view);
    else printLines(deps.stdout, lines(view, effectiveValues(configSources(deps, options))));
  });
}

async function configView(deps: CliDeps, options: GlobalOptions) {
  const home = homeDirectory(deps, options);
  const values = effectiveValues(configSources(deps, options));
  const config = await readConfig(deps, options);
  const derived = derive(config, machineOf(deps, home));
  return {
    home,
    file: join(home, CONFIG_FILE),
    config: nested(values),
    /** Only what isn't the default. */
    set_by: Object.fromEntries(
      values.flatMap(({ path, origin }) => (origin === null ? [] : [[path.join('.'), origin]])),
    ),
    supply: bundleView(derived.supply),
    start_prices: pricesView(derived.startPrices),
    mean_answer: meanAnswer(config, await pricesToday(deps, options, derived)),
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
async function pricesToday(deps: CliDeps, options: GlobalOptions, derived: Derived): Promise<Prices> {
  if (!existsSync(databasePath(homeDirectory(deps, options)))) return derived.startPrices;
  const home = await openHome(deps, options, { create: false });
  try {
    return pricesOf(home.economy);
  } finally {
    home.close();
  }
}

function nested(values: readonly EffectiveValue[]): Readonly<Record<string, unknown>> {
  const tree: Record<string, unknown> = {};
  for (const { path, value } of values) {
    let section = tree;
    for (const key of path.slice(0, -1)) section = (section[key] ??= {}) as Record<string, unknown>;
    section[path.at(-1) ?? ''] = value;
  }
  return tree;
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
