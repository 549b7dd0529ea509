import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that make up an image, and a digest that changes when any of them does. */
export interface BuildContext {
  readonly directory: string;
  /** Relative to the directory, with `/`, sorted. */
  readonly files: readonly string[];
  /** 64 hexadecimal digits. */
  readonly digest: string;
}

/** What the agent image is built from; all of it lies in `runtime/`. */
export function imageContext(runtimeDirectory: string): Promise<BuildContext> {
  return buildContext(runtimeDirectory, [
    'Dockerfile',
    'bp',
    'identity',
    'packages',
    'sdk',
    'sdk/javascript',
    'supervisor',
  ]);
}

/** What a local base is made from. */
export function baseContext(runtimeDirectory: string): Promise<BuildContext> {
  return buildContext(runtimeDirectory, ['base', 'packages']);
}

/** Rejects with the file system's own error where one of the names does not exist. */
async function buildContext(directory: string, names: readonly string[]): Promise<BuildContext> {
  const files = (await Promise.all(names.map((name) => filesBelow(directory, name)))).flat().sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(join(directory, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return { directory, files, digest: hash.digest('hex') };
}

/**
 * Names with a dot in front are no sources, nor are those without an extension that aren't well known: compiled
 * programs.
 */
async function filesBelow(directory: string, name: string): Promise<string[]> {
  const entries = await readdir(join(directory, name), { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [name];
  const files = entries.filter((entry) => entry.isFile() && isSource(entry.name));
  return files.map((entry) => `${name}/${entry.name}`);
}

function isSource(name: string): boolean {
  return /^[a-z][A-Za-z-]*(\.[A-Za-z]+)+$/.test(name) || name === 'Dockerfile' || name === 'Makefile';
}
