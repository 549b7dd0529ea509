import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cachedConfig, readOnce, type ConfigCache } from '../../config/config-cache.ts';
import { configCachePath, databasePath, workspacesDirectory } from '../../config/home-places.ts';
import type { ConfigSources } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { BpError } from '../../platform/errors.ts';
import type { CliDeps } from '../cli-deps.ts';
import { reject } from '../output/command-failure.ts';
import { printLines } from '../output/printing.ts';
import { configCacheFile } from './config-cache-file.ts';
import { errorCode } from '../../platform/system-error.ts';

/** What every command takes. */
export interface GlobalOptions {
  readonly home?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** Where the economy lives: `--home`, then `BP_HOME`, then the current directory. An absolute path. */
export function homeDirectory({ directory, environment }: CliDeps, { home }: GlobalOptions): string {
  if (home?.trim() === '') reject('empty', '--home must be a folder, not empty', { field: 'home' });
  const found = resolve(directory, home ?? (environment['BP_HOME'] || '.'));
  refuseAgentsFolder(found);
  return found;
}

/** There an agent may have written a configuration: it would name programs to run, and hosts to send keys to. */
function refuseAgentsFolder(home: string): void {
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    const above = dirname(folder);
    if (folder === workspacesDirectory(above) && existsSync(databasePath(above)))
      reject('invalid_value', `this folder is for agents of ${above}, and no home: go there, or name it with --home`, {
        field: 'home',
      });
  }
}

export function configSources(deps: CliDeps, options: GlobalOptions): ConfigSources {
  const home = homeDirectory(deps, options);
  return {
    ...{ home, readFile: readConfigFile, environment: deps.environment, overrides: options.set ?? [] },
    onNotice: (line) => printLines(deps.stderr, [`bp-agents: ${line}`]),
  };
}

/** What a command goes by, and what that was made from: a file is read once. */
export interface ReadConfig {
  readonly config: Config;
  readonly sources: ConfigSources;
}

/**
 * What the file says now, under the variables and flags of this command. Warns of keys that are said in another way by
 * now, unless this command has warned already. Rejects as `loadConfig` throws.
 */
export async function readConfig(
  deps: CliDeps,
  options: GlobalOptions,
  { isToldAlready = false }: { readonly isToldAlready?: boolean } = {},
): Promise<ReadConfig> {
  const told = configSources(deps, options);
  const sources = readOnce(isToldAlready ? { ...told, onNotice: () => undefined } : told);
  return { config: await cachedConfig(sources, cacheOf(deps, sources)), sources };
}

export function cacheOf({ version }: CliDeps, { home }: ConfigSources): ConfigCache {
  return configCacheFile(configCachePath(home), version);
}

const CONFIG_BYTES_MAX = 4 * 1_048_576;

/** A pipe or a device that stands where the file should be is neither waited for nor read. */
function readConfigFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
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
