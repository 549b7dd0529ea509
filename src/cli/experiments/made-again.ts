import { runExperiment, type Recipe } from '../../simulation/scenario/experiment.ts';
import { simulate } from '../../simulation/simulation.ts';
import { AS_IT_STANDS } from '../../simulation/scenario/scenario-file.ts';
import type { CliDeps } from '../cli-deps.ts';
import { NotInOrder, reject } from '../output/command-failure.ts';
import { printJson, printLines } from '../output/printing.ts';
import { readManifest, versionsApart, type Manifest, type ManifestOf } from './manifest.ts';
import { hashOfCassette, manifestOfScenario, manifestOfSimulation } from './run-manifests.ts';
import { jobsOf, type ScenarioOptions } from './scenario.ts';

/** A run by its name, and its chain's newest hash. */
interface Head {
  readonly run: string;
  readonly head: string;
}

export interface AgainOptions extends Pick<ScenarioOptions, 'json' | 'jobs'> {
  /** The path of a manifest's cassette, which it doesn't hold. */
  readonly cassette: string | undefined;
}

/** Runs again what a manifest tells of, and says whether it came to the same. Throws `NotInOrder` where not. */
export async function makeAgain(deps: CliDeps, file: string, options: AgainOptions): Promise<void> {
  const manifest = readManifest(deps, file);
  if (manifest.of === 'economy')
    reject('invalid_value', `${file} is that of an economy: bp-agents replay takes it`, { field: 'manifest' });
  const apart = versionsApart(deps, manifest);
  if (apart !== undefined) printLines(deps.stderr, [`bp-agents: ${apart}`]);
  const wanted = headsOf(manifest);
  const found = headsOf(await madeAgain(deps, manifest, options));
  const other = wanted.filter(({ run, head }) => found.find((it) => it.run === run)?.head !== head);
  const runs = wanted.map(({ run, head }) => ({
    ...{ run, head_expected: head, head: found.find((it) => it.run === run)?.head ?? null },
  }));
  if (options.json) printJson(deps.stdout, { ok: other.length === 0, versions_apart: apart ?? null, runs });
  else
    printLines(
      deps.stdout,
      runs.map(({ run, head, head_expected: expected }) =>
        head === expected ? `same: ${run}, head ${head}` : `OTHER: ${run}, head ${head}; in the manifest ${expected}`,
      ),
    );
  if (other.length > 0) throw new NotInOrder(`${other.length} of ${runs.length} runs came to another head`);
}

async function madeAgain(
  deps: CliDeps,
  manifest: ManifestOf<'simulation' | 'scenario'>,
  options: AgainOptions,
): Promise<Manifest> {
  const cassette = cassetteOf(manifest, options);
  if (manifest.of === 'simulation') {
    const { seed, cycles } = manifest;
    return manifestOfSimulation(deps, await simulate({ seed, cycles, cassette }), cassette);
  }
  const { name, text, overrides, short, days, seed, seeds, files, configuration, variants } = manifest;
  const whole = { [AS_IT_STANDS]: configuration, ...variants };
  const configurations = Object.fromEntries(
    Object.entries(whole).map(([variant, its]) => [variant, settingsOf({ ...configuration, ...its })]),
  );
  const recipe: Recipe = { text, overrides, short, days, seed, seeds, files, configurations };
  const jobs = jobsOf(deps, options);
  return manifestOfScenario(deps, await runExperiment({ ...recipe, name, jobs, signal: deps.interrupt }));
}

/** The one that it was made with, or none where it was made without. */
function cassetteOf(manifest: ManifestOf<'simulation' | 'scenario'>, { cassette }: AgainOptions): string | undefined {
  const wanted = manifest.of === 'simulation' ? manifest.cassette : null;
  if (wanted === (cassette === undefined ? null : hashOfCassette(cassette))) return cassette;
  const need = wanted === null ? 'it was made without one' : `it needs the one with the SHA-256 ${wanted}`;
  return reject('invalid_value', `--cassette: ${need}`, { field: 'cassette' });
}

function headsOf(manifest: Manifest): readonly Head[] {
  if (manifest.of !== 'scenario')
    return [{ run: 'seed' in manifest ? `seed ${manifest.seed}` : '', head: manifest.head }];
  return manifest.runs.map(({ variant, seed, head }) => ({ run: `${variant}, seed ${seed}`, head }));
}

const settingsOf = (tree: Readonly<Record<string, unknown>>) =>
  Object.entries(tree).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
