import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConfigCache } from '../../config/config-cache.ts';

const BYTES_MAX = 4 * 1_048_576;

/** The cache at this path, in a home that has been made. What can't be read or written there is told by whatever needs it. */
export function configCacheFile(path: string, version: string): ConfigCache {
  return {
    // A new build has files of its own, a new release a version.
    program: `${version} ${statSync(fileURLToPath(import.meta.url)).mtimeMs}`,
    read: () => quietly(() => readOwn(path)),
    write: (text) => quietly(() => replace(path, text)),
  };
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** What this user wrote: a link is not followed, a pipe not waited for, another user's file not believed. */
function readOwn(path: string): string | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    const isOwn = stats.uid === (process.geteuid?.() ?? stats.uid);
    return isOwn && stats.isFile() && stats.size <= BYTES_MAX ? readFileSync(file, 'utf8') : undefined;
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all, whatever stands there: it is replaced, and neither followed nor written into. */
function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
