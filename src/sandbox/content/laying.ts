import { rmdir, unlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { AgentFile } from '../../domain/agent.ts';
import type { FileVersion, LaidFiles, WaitingFile } from '../../domain/agent-files.ts';
import { ignore, isOneOf } from '../../platform/system-error.ts';
import { FILE_MODE, PROGRAM_MODE, writeTree } from './safe-file.ts';
import { pathComponents, type Owner, type SafeDirectory } from './safe-directory.ts';

/** What a file finds at its path. `other`: something that isn't to give way to it. */
type Found = 'nothing' | 'same' | 'earlier' | 'other';

const NOTHING: readonly string[] = [];

/**
 * Lays files in a workspace, after taking away those that are to go. What was changed since it was given stays, and is
 * named. Each file is there whole or not at all; after a cut they are all laid once more. `staging` is as for
 * `replaceFile`, and this rejects as that does.
 */
export async function layFiles(
  root: SafeDirectory,
  staging: SafeDirectory,
  stagingName: string,
  { files, owner }: { readonly files: readonly WaitingFile[]; readonly owner: Owner | undefined },
): Promise<LaidFiles> {
  const lists = emptyLists();
  for (const file of files) {
    if (isLaid(file)) continue;
    const found = await findAt(root, file, NOTHING);
    if (found === 'other') lists.kept.push(file.path);
    if (found === 'earlier' && (await takeAway(root, file.path))) lists.removed.push(file.path);
  }
  for (const file of files) {
    if (!isLaid(file)) continue;
    const found = await findAt(root, file, NOTHING);
    count(lists, file, found);
    if (found === 'nothing' || found === 'earlier')
      await writeTree(root, staging, stagingName, { files: [file], owner });
  }
  return lists;
}

/** What `layFiles` would do now. Changes nothing; the agent may be running. */
export async function lookAtFiles(root: SafeDirectory, files: readonly WaitingFile[]): Promise<LaidFiles> {
  const lists = emptyLists();
  for (const file of files) {
    if (isLaid(file)) continue;
    const found = await findAt(root, file, NOTHING);
    if (found === 'other') lists.kept.push(file.path);
    if (found === 'earlier') lists.removed.push(file.path);
  }
  for (const file of files) if (isLaid(file)) count(lists, file, await findAt(root, file, lists.removed));
  return lists;
}

type Lists = { -readonly [Key in keyof LaidFiles]: LaidFiles[Key] extends number ? number : string[] };

function emptyLists(): Lists {
  return { added: [], changed: [], removed: [], kept: [], same: 0 };
}

function count(lists: Lists, { path }: AgentFile, found: Found): void {
  if (found === 'same') lists.same += 1;
  else ({ nothing: lists.added, earlier: lists.changed, other: lists.kept })[found].push(path);
}

function isLaid(file: WaitingFile): file is WaitingFile & AgentFile {
  return file.content !== null;
}

/** `gone`: paths that are taken for removed. */
async function findAt(root: SafeDirectory, file: WaitingFile, gone: readonly string[]): Promise<Found> {
  const components = pathComponents(file.path);
  const name = components.pop() ?? '';
  const mayReplaceAnything = file.replaces === undefined;
  return inFolder(root, components, {
    missing: () => 'nothing',
    // Something that is no folder stands where one is to be.
    blocked: (above) =>
      gone.includes(above) ? 'nothing' : mayReplaceAnything && isLaid(file) ? 'nothing' : otherOf(file),
    at: (directory) => compare(directory, name, file),
  });
}

/** What can't be reached is not there for one who would take it away. */
function otherOf(file: WaitingFile): Found {
  return isLaid(file) ? 'other' : 'nothing';
}

async function compare(directory: SafeDirectory, name: string, file: WaitingFile): Promise<Found> {
  const { content, executable, replaces } = file;
  const stats = await directory.lstat(name).catch(ignore('ENOENT'));
  if (!stats) return 'nothing';
  if (stats.isDirectory()) return replaces === undefined && content !== null ? 'earlier' : 'other';
  const versions = [...(replaces ?? []), ...(content === null ? [] : [versionOf(content)])];
  const sha256 = stats.isFile() ? await hashOf(directory, name, stats, versions) : undefined;
  const isWanted = content !== null && sha256 === versions.at(-1)?.sha256;
  if (isWanted && (stats.mode & 0o777) === (executable ? PROGRAM_MODE : FILE_MODE)) return 'same';
  const givesWay = replaces === undefined || versions.some((version) => version.sha256 === sha256);
  return givesWay ? 'earlier' : 'other';
}

/** Undefined where it can be none of these, which its size tells: an agent chooses how much there would be to read. */
async function hashOf(
  directory: SafeDirectory,
  name: string,
  { size }: Stats,
  versions: readonly FileVersion[],
): Promise<string | undefined> {
  if (!versions.some(({ bytes }) => bytes === size)) return undefined;
  const file = await directory.openFile(name).catch(ignore('EACCES', 'EPERM'));
  if (!file) return undefined;
  try {
    const sum = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(Math.max(size, 1), PIECE_BYTES));
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, size - at), at);
      if (bytesRead === 0) return undefined;
      sum.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    return sum.digest('hex');
  } finally {
    await file.close();
  }
}

const PIECE_BYTES = 1_048_576;

function versionOf(content: Uint8Array): FileVersion {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.byteLength };
}

/** Removes a file, and the folders that it leaves empty. Whether it was there. */
async function takeAway(root: SafeDirectory, path: string): Promise<boolean> {
  const components = pathComponents(path);
  const name = components.pop() ?? '';
  const isGone = await inFolder(root, components, {
    missing: () => false,
    blocked: () => false,
    async at(directory) {
      await unlink(directory.entry(name)).catch(ignore('ENOENT'));
      await directory.sync();
      return true;
    },
  });
  for (let empty = components.pop(); isGone && empty !== undefined; empty = components.pop()) {
    const folder = empty;
    const isEmpty = await inFolder(root, components, {
      missing: () => false,
      blocked: () => false,
      at: (directory) => rmdir(directory.entry(folder)).then(() => true, notEmpty),
    });
    if (!isEmpty) break;
  }
  return isGone;
}

function notEmpty(error: unknown): false {
  if (isOneOf(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM', 'EBUSY')) return false;
  throw error;
}

interface Ways<T> {
  /** A folder on the way isn't there. */
  missing(): T;
  /** What stands at `path` is no folder, or can't be opened. */
  blocked(path: string): T;
  at(directory: SafeDirectory): Promise<T>;
}

/** Goes down into folders that are there. No link is followed. */
async function inFolder<T>(root: SafeDirectory, components: readonly string[], ways: Ways<T>): Promise<T> {
  let directory = root;
  try {
    for (const [index, component] of components.entries()) {
      let child: SafeDirectory;
      try {
        child = await directory.openChild(component);
      } catch (error) {
        if (isOneOf(error, 'ENOENT')) return ways.missing();
        if (isOneOf(error, 'ENOTDIR', 'ELOOP', 'EMLINK', 'EACCES', 'EPERM', 'ENXIO'))
          return ways.blocked(components.slice(0, index + 1).join('/'));
        throw error;
      }
      if (directory !== root) await directory.close();
      directory = child;
    }
    return await ways.at(directory);
  } finally {
    if (directory !== root) await directory.close();
  }
}
