import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { BpError } from '../../platform/errors.ts';
import type { Experiment } from '../../simulation/scenario/experiment.ts';
import { AS_IT_STANDS } from '../../simulation/scenario/scenario-file.ts';
import type { SimulationReport } from '../../simulation/simulation.ts';
import type { CliDeps } from '../cli-deps.ts';
import { versionsHere, type ManifestOf } from './manifest.ts';

export function manifestOfSimulation(
  deps: CliDeps,
  { seed, cycles, head, finding }: SimulationReport,
  cassette: string | undefined,
): ManifestOf<'simulation'> {
  const versions = versionsHere(deps);
  const tape = cassette === undefined ? null : hashOfCassette(cassette);
  return {
    ...{ manifest: 1, versions, of: 'simulation', seed, cycles, head },
    ...{ finding: finding?.rule ?? null, cassette: tape },
  };
}

export function manifestOfScenario(deps: CliDeps, { name, runs, recipe }: Experiment): ManifestOf<'scenario'> {
  const { text, overrides, short, seed, seeds, days, files } = recipe;
  const { [AS_IT_STANDS]: configuration = {}, ...variants } = Object.fromEntries(
    Object.entries(recipe.configurations).map(([variant, settings]) => [variant, treeOf(settings)]),
  );
  return {
    ...{ manifest: 1, versions: versionsHere(deps), of: 'scenario' },
    ...{ name, text, overrides: [...overrides], short, days, seed, seeds },
    configuration,
    variants: Object.fromEntries(
      Object.entries(variants).map(([variant, its]) => [variant, differences(its, configuration)]),
    ),
    files,
    runs: [...runs].flatMap(([variant, list]) => list.map((run) => ({ variant, seed: run.seed, head: run.head }))),
  };
}

/** Throws `BpError` `cassette_unusable`. */
export function hashOfCassette(path: string): string {
  try {
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BpError('cassette_unusable', `the cassette ${path} can't be used: ${why}`, { cause: error });
  }
}

type Tree = Readonly<Record<string, unknown>>;

function treeOf(settings: readonly string[]): Tree {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf('=');
      return [setting.slice(0, equals), JSON.parse(setting.slice(equals + 1)) as unknown];
    }),
  );
}

function differences(its: Tree, from: Tree): Tree {
  return Object.fromEntries(
    Object.entries(its).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(from[key])),
  );
}
