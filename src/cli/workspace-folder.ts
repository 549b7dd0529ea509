import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { AgentFile } from '../domain/agent.ts';
import { PATH_DEPTH_MAX, type FileLimits } from '../domain/workspace-files.ts';
import { reject } from './failure.ts';

/** What an agent's folder held, and what of it can't or shouldn't be an agent's. */
export interface WorkspaceFolder {
  readonly files: readonly AgentFile[];
  /** Relative paths that were left out. */
  readonly leftOut: readonly string[];
}

/**
 * History and caches, and a virtual environment, which is made of links to its own machine. `node_modules` stays: inside
 * its sandbox an agent can't install anything.
 */
const SKIPPED_FOLDERS: readonly string[] = ['.git', '__pycache__', '.venv'];
/** Written by the host before each execution; there where the folder was a workspace before. */
const HANDSHAKE = 'env.json';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Reads the operator's folder. No link in it is followed, pipes and devices are left out, and it stops at the limits.
 * The folder itself may be named by a link. Throws `Refused`: `invalid_value`, `too_many_files`, `files_too_large`.
 */
export function readWorkspaceFolder(directory: string, limits: FileLimits): WorkspaceFolder {
  const reader = new FolderReader(limits);
  let root: number;
  try {
    root = openSync(directory, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      reject('invalid_value', `--from must be a folder with an agent's files; ${directory} is none`, { field: 'from' });
    throw error;
  }
  reader.read(root, directory, []);
  return { files: reader.files, leftOut: reader.leftOut };
}

class FolderReader {
  readonly files: AgentFile[] = [];
  readonly leftOut: string[] = [];
  readonly #limits: FileLimits;
  #bytes = 0;

  constructor(limits: FileLimits) {
    this.#limits = limits;
  }

  /** Closes the descriptor. `path` is used where the system can't reach a folder's entries through its descriptor. */
  read(descriptor: number, path: string, above: readonly string[]): void {
    const base = process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path;
    try {
      const entries = readdirSync(base, { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) this.#readEntry(base, entry, above);
    } finally {
      closeSync(descriptor);
    }
  }

  #readEntry(base: string, entry: Dirent, above: readonly string[]): void {
    const parts = [...above, entry.name];
    const path = parts.join('/');
    if (entry.isDirectory() && !SKIPPED_FOLDERS.includes(entry.name)) {
      if (parts.length >= PATH_DEPTH_MAX)
        reject('invalid_path', `--from: a file may lie at most ${PATH_DEPTH_MAX - 1} folders deep`, { field: 'from' });
      this.read(openSync(join(base, entry.name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), join(base, entry.name), parts);
    } else if (entry.isFile() && path !== HANDSHAKE) this.#readFile(join(base, entry.name), path);
    else this.leftOut.push(path);
  }

  #readFile(from: string, path: string): void {
    const { filesMax, bytesMax } = this.#limits;
    if (this.files.length === filesMax)
      reject('too_many_files', `--from may hold at most ${filesMax} files`, { field: 'from' });
    const file = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      this.#bytes += stats.size;
      if (this.#bytes > bytesMax)
        reject('files_too_large', `--from may hold at most ${bytesMax} bytes in all`, { field: 'from' });
      if (!stats.isFile()) this.leftOut.push(path);
      else this.files.push({ path, content: readFileSync(file), executable: (stats.mode & 0o111) !== 0 });
    } finally {
      closeSync(file);
    }
  }
}
