import type { Command } from 'commander';
import { cachedConfig, readOnce } from '../../config/config-cache.ts';
import { changedKeys } from '../../config/file-outline.ts';
import { CONFIG_FILE, RUN_RECORD } from '../../config/home-places.ts';
import type { ConfigSources, EffectiveValue } from '../../config/load.ts';
import type { RunRecord } from '../../config/run-record.ts';
import type { Config } from '../../config/schema.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import type { CliDeps } from '../cli-deps.ts';
import { printLines } from '../output/printing.ts';
import { programOf } from './config-cache-file.ts';
import { GOES_BY, type GoesBy } from './goes-by.ts';
import { cacheOf, configSources, readConfig, type GlobalOptions } from './home-config.ts';
import { outlineNow, readRunRecord } from './run-record-file.ts';

/**
 * The configuration that a command goes by, as `GOES_BY` says: the file's, or what a `run` recorded under the variables
 * and flags of this command alone. Says so where the file has changed since. Rejects as `loadConfig` throws.
 */
export async function configInForce(deps: CliDeps, command: Command): Promise<Config> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const sources = readOnce(configSources(deps, options));
  const record = recordFor(deps, sources, goesBy(command));
  const config = record && (await recordedConfig(deps, sources, record));
  if (!record || config === undefined) return (await readConfig(deps, options)).config;
  const changed = changedKeys(record.file, outlineNow(sources));
  if (changed.length > 0)
    tell(deps, `${CONFIG_FILE} has changed since the run began that this goes by: ${someOf(changed)}`);
  return config;
}

/** Every value of that, for a command that goes by its `run`. Rejects as `loadConfig` throws; `configInForce` warns. */
export async function valuesInForce(deps: CliDeps, command: Command): Promise<readonly EffectiveValue[]> {
  const { effectiveValues } = await import('../../config/load.ts');
  const told = configSources(deps, command.optsWithGlobals<GlobalOptions>());
  const sources = readOnce({ ...told, onNotice: () => undefined });
  const recorded = recordedQuietly(sources);
  try {
    return effectiveValues(recorded ?? sources);
  } catch (error) {
    // Another program's record: `configInForce` doesn't go by it either.
    if (!recorded) throw error;
    return effectiveValues(sources);
  }
}

function recordedQuietly(sources: ConfigSources): ConfigSources | undefined {
  try {
    const record = readRunRecord(sources.home);
    return record && recordedSources(sources, record);
  } catch {
    return undefined;
  }
}

function goesBy(command: Command): GoesBy {
  const name = nameOf(command);
  const found = GOES_BY[name];
  if (found === undefined) throw new Error(`goes-by.ts has to say what ${name} goes by`);
  return found;
}

/** As it is called, such as `agent install`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

/** Undefined where the command is to go by the file. */
export function recordFor(deps: CliDeps, { home }: ConfigSources, by: GoesBy): RunRecord | undefined {
  if (by === 'file') return undefined;
  try {
    const record = readRunRecord(home);
    return record && (by === 'run' || isGoingOn(home, record)) ? record : undefined;
  } catch (error) {
    tellUnusable(deps, error);
    return undefined;
  }
}

/** A `run` that has begun just now has not recorded anything yet. */
function isGoingOn(home: string, { pid }: RunRecord): boolean {
  return runningProcess(home) === pid;
}

/** Undefined where this program can't tell what another one recorded. */
async function recordedConfig(deps: CliDeps, sources: ConfigSources, record: RunRecord): Promise<Config | undefined> {
  const isOurs = record.program === programOf(deps.version);
  const recorded = recordedSources(sources, record);
  if (isOurs && isBare(recorded)) return record.config;
  if (!isOurs) {
    try {
      const alone = { ...recorded, environment: {}, overrides: [], onNotice: () => undefined };
      await cachedConfig(alone, cacheOf(deps, sources));
    } catch (error) {
      tellUnusable(deps, error);
      return undefined;
    }
  }
  return cachedConfig(recorded, cacheOf(deps, sources));
}

/** What the `run` recorded, under the flags of this command and those variables that the `run` had otherwise. */
function recordedSources(sources: ConfigSources, { values, variables }: RunRecord): ConfigSources {
  const own = Object.entries(sources.environment).filter(([name, value]) => variables[name] !== value);
  return {
    ...sources,
    environment: Object.fromEntries(own),
    instead: { name: RUN_RECORD, values },
  };
}

/** Variables of the program that set nothing in the configuration. */
const OTHER_VARIABLES: readonly string[] = ['BP_HOME', 'BP_INSTALL'];

function isBare({ environment, overrides }: ConfigSources): boolean {
  const names = Object.keys(environment).filter((name) => name.startsWith('BP_'));
  return overrides.length === 0 && names.every((name) => OTHER_VARIABLES.includes(name));
}

function tellUnusable(deps: CliDeps, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  tell(deps, `what the last run recorded can't be used (${reason}): going by ${CONFIG_FILE}`);
}

function tell({ stderr }: CliDeps, line: string): void {
  printLines(stderr, [`bp-agents: ${line}`]);
}

const KEYS_MAX = 5;

/** The first of them, and how many more. */
export function someOf(keys: readonly string[]): string {
  const more = keys.length - KEYS_MAX;
  return `${keys.slice(0, KEYS_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
