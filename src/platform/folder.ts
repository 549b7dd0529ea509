import { existsSync, mkdirSync, readdirSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './system-error.ts';

/**
 * Makes a folder and those above it where they are missing. Unlike Node's own `recursive`, it ends with the system's
 * error where a folder can't be made: under /proc that one tries for ever.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** What stands in a folder, all of it or what `isMeant`; nothing where the folder is not there, or not any more. */
export async function namesIn(
  path: string,
  isMeant: (entry: Dirent) => boolean = () => true,
): Promise<readonly string[]> {
  try {
    return (await readdir(path, { withFileTypes: true })).filter(isMeant).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return [];
  }
}

/** The same at once, all of it. */
export function namesInSync(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return [];
  }
}
