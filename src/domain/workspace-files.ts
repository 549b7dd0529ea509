import type { AgentFile } from './agent.ts';
import { refuse, type Refusal } from './refusal.ts';

export interface FileLimits {
  readonly filesMax: number;
  readonly bytesMax: number;
  readonly pathCharsMax: number;
}

/** Folders above a file, and the file. The host writes trees a good deal deeper than this. */
export const PATH_DEPTH_MAX = 32;

/** What Linux lets a name have. */
const NAME_BYTES_MAX = 255;

/** Written by the host before each execution. */
const RESERVED = 'env.json';

const ENTRY_POINTS = ['main.py', 'main.js', 'main.mjs'];

/**
 * Whether these files can be an agent's workspace.
 * Refuses: `too_many_files`, `files_too_large`, `invalid_path`, `entry_point_missing`.
 */
export function checkFiles(files: readonly AgentFile[], limits: FileLimits): Refusal | undefined {
  if (files.length > limits.filesMax)
    return refuse('too_many_files', `at most ${limits.filesMax} files`, { field: 'files', limit: limits.filesMax });
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  if (bytes > limits.bytesMax)
    return refuse('files_too_large', `all files together must be at most ${limits.bytesMax} bytes`, {
      field: 'files',
      limit: limits.bytesMax,
    });
  const seen = new Set<string>();
  for (const { path } of files) {
    const refusal = checkPath(path, limits.pathCharsMax) ?? checkClash(path, seen);
    if (refusal) return refusal;
    seen.add(path);
  }
  return checkEntryPoint(files);
}

/** A `main` that only lacks its x bit is named: nothing else would tell it from one that is not there. */
function checkEntryPoint(files: readonly AgentFile[]): Refusal | undefined {
  const runnable = files.some(({ path, executable }) => ENTRY_POINTS.includes(path) || (path === 'main' && executable));
  if (runnable) return undefined;
  const lacksXBit = files.some(({ path }) => path === 'main')
    ? '; main is there without its x bit: chmod +x it, or in a spawn list it with "executable": true'
    : '';
  return refuse('entry_point_missing', `files must hold ${ENTRY_POINTS.join(', ')} or an executable main${lacksXBit}`, {
    field: 'files',
  });
}

/** The name of a file that a sandbox can have, without a folder. Refuses `invalid_path`. */
export function checkFileName(name: string, field: string): Refusal | undefined {
  const wrong = wrongParts(name, NAME_BYTES_MAX) ?? (name.includes('/') ? 'must have no /' : undefined);
  return wrong === undefined ? undefined : refuse('invalid_path', `a file name ${wrong}`, { field });
}

/** A path inside the workspace, and not the host's own. Refuses `invalid_path`. */
function checkPath(path: string, charsMax: number): Refusal | undefined {
  const wrong = wrongPath(path, charsMax);
  return wrong === undefined ? undefined : refuse('invalid_path', `a file path ${wrong}`, { field: 'files' });
}

/** What is wrong with a path inside the workspace: as `wrongParts`, and it must not be the host's own. */
export function wrongPath(path: string, charsMax: number): string | undefined {
  const wrong = wrongParts(path, charsMax);
  if (wrong !== undefined) return wrong;
  const isReserved = path === RESERVED || path.startsWith(`${RESERVED}/`);
  return isReserved ? `must not be ${RESERVED}, which is the handshake` : undefined;
}

/** What is wrong with a path, which is relative, without `..` and without control characters. */
function wrongParts(path: string, charsMax: number): string | undefined {
  if (path === '') return 'must not be empty';
  if (path.length > charsMax) return `must be at most ${charsMax} characters`;
  if (path.startsWith('/')) return 'must be relative, such as src/tools.py';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\\uD800-\uDFFF]/u.test(path)) return 'must have no control character and no backslash';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'must have no empty part, no . and no ..';
  if (parts.length > PATH_DEPTH_MAX) return `must have at most ${PATH_DEPTH_MAX} parts`;
  if (parts.some((part) => Buffer.byteLength(part) > NAME_BYTES_MAX))
    return `must have no part over ${NAME_BYTES_MAX} bytes`;
  return undefined;
}

/** One path can't be two files, nor a file and a folder. */
function checkClash(path: string, seen: ReadonlySet<string>): Refusal | undefined {
  const parts = path.split('/');
  const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
  const clashes = seen.has(path) || folders.some((folder) => seen.has(folder)) || hasUnder(seen, path);
  return clashes ? refuse('invalid_path', `two files clash at ${JSON.stringify(path)}`, { field: 'files' }) : undefined;
}

function hasUnder(seen: ReadonlySet<string>, folder: string): boolean {
  for (const path of seen) if (path.startsWith(`${folder}/`)) return true;
  return false;
}
