import { hash } from 'node:crypto';
import { join } from 'node:path';
import { CONFIG_FILE } from './home-places.ts';
import type { ConfigSources } from './load.ts';
import type { Config } from './schema.ts';

/** Where the last configuration is kept between two commands. Neither throws: without it all is read anew. */
export interface ConfigCache {
  /** Changes whenever the program does. */
  readonly program: string;
  readonly read: () => string | undefined;
  readonly write: (text: string) => void;
}

/**
 * What `loadConfig` gives, from the cache where it came from the very same sources: to load YAML and the schema takes
 * more time than most commands. Rejects as `loadConfig` throws.
 */
export async function cachedConfig(sources: ConfigSources, cache: ConfigCache): Promise<Config> {
  const seen = readOnce(sources);
  const identity = identityOf(seen, cache.program);
  if (identity !== undefined) {
    const kept = keptBody(cache.read() ?? '', identity);
    if (kept !== undefined) return told(JSON.parse(kept) as Read, sources);
  }
  const { loadConfig } = await import('./load.ts');
  const notices: string[] = [];
  const config = loadConfig({ ...seen, onNotice: (line) => notices.push(line) });
  const read = { config, notices };
  const body = JSON.stringify(read);
  if (identity !== undefined) cache.write(`${sealOf(identity, body)}\n${body}`);
  return told(read, sources);
}

interface Read {
  readonly config: Config;
  readonly notices: readonly string[];
}

function told({ config, notices }: Read, { onNotice = () => undefined }: ConfigSources): Config {
  notices.forEach((line) => onNotice(line));
  return config;
}

/** The same sources, with their file read once, so that the cache's key and its content come from the same text. */
export function readOnce(sources: ConfigSources): ConfigSources {
  const texts = new Map<string, string | undefined>();
  return {
    ...sources,
    readFile(path) {
      if (!texts.has(path)) texts.set(path, sources.readFile(path));
      return texts.get(path);
    },
  };
}

/** All that decides what the configuration is; undefined where the file can't be read, which `loadConfig` will tell. */
function identityOf(sources: ConfigSources, program: string): string | undefined {
  const { home, readFile, environment, overrides, instead } = sources;
  try {
    const variables = Object.entries(environment).filter(([name]) => name.startsWith('BP_'));
    const under = instead ?? readFile(join(home, CONFIG_FILE)) ?? null;
    return JSON.stringify([program, under, variables.sort(), overrides]);
  } catch {
    return undefined;
  }
}

/** The configuration that was kept; undefined where it came from something else, or was not written whole. */
function keptBody(text: string, identity: string): string | undefined {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  return end > 0 && text.slice(0, end) === sealOf(identity, body) ? body : undefined;
}

function sealOf(identity: string, body: string): string {
  return hash('sha256', `${identity}\n${body}`);
}
