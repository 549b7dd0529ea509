import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { cachedConfig, type ConfigCache } from '../config/config-cache.ts';
import { configCachePath, volumesDirectory } from '../config/home-places.ts';
import type { ConfigSources } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { lockRun, openHomeEconomy, runningProcess, type HomeOptions } from '../economy/home/open-home.ts';
import { BpError } from '../platform/errors.ts';
import type { CliDeps } from './deps.ts';
import type { Home } from '../operator/home.ts';
import { reject } from './failure.ts';
import { printLines } from './output.ts';
import { closeEconomy } from '../economy/economy.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly home?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** Where the economy lives: `--home`, then `BP_HOME`, then the current directory. An absolute path. */
export function homeDirectory({ directory, environment }: CliDeps, { home }: GlobalOptions): string {
  if (home?.trim() === '') reject('empty', '--home must be a folder, not empty', { field: 'home' });
  return resolve(directory, home ?? (environment['BP_HOME'] || '.'));
}

export function configSources(deps: CliDeps, options: GlobalOptions): ConfigSources {
  const home = homeDirectory(deps, options);
  return { home, readFile: readConfigFile, environment: deps.environment, overrides: options.set ?? [] };
}

/** Rejects as `loadConfig` throws. */
export async function readConfig(deps: CliDeps, options: GlobalOptions): Promise<Config> {
  const sources = configSources(deps, options);
  return cachedConfig(sources, configCache(deps, configCachePath(sources.home)));
}

/** Opens the economy of the home. The caller closes it. */
export async function openHome(
  deps: CliDeps,
  options: GlobalOptions,
  { create, isPatient = false }: Pick<HomeOptions, 'create' | 'isPatient'>,
): Promise<Home> {
  const directory = homeDirectory(deps, options);
  const config = await readConfig(deps, options);
  const { machine, clock, random } = deps;
  const economy = openHomeEconomy({ directory, config, machine, clock, random, create, isPatient });
  return { directory, config, economy, close: () => closeEconomy(economy) };
}

/** Works on the economy of the home and closes it again. */
export async function withHome<T>(
  deps: CliDeps,
  command: Command,
  work: (home: Home) => T | Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const home = await openHome(deps, command.optsWithGlobals<GlobalOptions>(), { create });
  try {
    await recoverWorkspaces(deps, home);
    return await work(home);
  } finally {
    home.close();
  }
}

/** Puts back what a `run` left that was cut off or could not begin. To be called where none goes on. */
export async function putBackWorkspaces({ engine, stderr }: CliDeps, home: Home): Promise<void> {
  if (!existsSync(volumesDirectory(home.directory))) return;
  await engine.putBackWorkspaces(home, (line) => printLines(stderr, [`bp-agents: ${line}`]));
}

/** After a `run` that was cut off, the next command finds agents' files where people look for them. */
async function recoverWorkspaces(deps: CliDeps, home: Home): Promise<void> {
  const { directory } = home;
  if (!existsSync(volumesDirectory(directory)) || runningProcess(directory) !== undefined) return;
  let lock: ReturnType<typeof lockRun>;
  try {
    lock = lockRun(directory, process.pid);
  } catch {
    // A `run` has begun meanwhile: it does the same.
    return;
  }
  try {
    await putBackWorkspaces(deps, home);
  } finally {
    lock.release();
  }
}

/** In a home that has been made. What can't be read or written there is told by whatever needs it. */
function configCache({ version }: CliDeps, path: string): ConfigCache {
  return {
    // A new build has files of its own, a new release a version.
    program: `${version} ${statSync(fileURLToPath(import.meta.url)).mtimeMs}`,
    read: () => quietly(() => readConfigFile(path)),
    write: (text) => quietly(() => writeFileSync(path, text, { mode: 0o600 })),
  };
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const CONFIG_BYTES_MAX = 4 * 1_048_576;

/** A pipe or a device that stands where the file should be is neither waited for nor read. */
function readConfigFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new BpError('config_unreadable', 'it is not a file');
    if (stats.size > CONFIG_BYTES_MAX) throw new BpError('config_unreadable', 'it is too large');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
