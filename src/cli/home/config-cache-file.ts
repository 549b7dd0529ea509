import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConfigCache } from '../../config/config-cache.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';

/** The cache at this path, in a home that has been made. What can't be read or written there is told by whatever needs it. */
export function configCacheFile(path: string, version: string): ConfigCache {
  return {
    program: programOf(version),
    read: () => quietly(() => readOwnFile(path)),
    write: (text) => quietly(() => replaceOwnFile(path, text)),
  };
}

/** Another for each build, which has files of its own, and each release, which has a version. */
export function programOf(version: string): string {
  return `${version} ${statSync(fileURLToPath(import.meta.url)).mtimeMs}`;
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
