import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { AgentFile } from '../domain/agent.ts';
import { PATH_DEPTH_MAX, type FileLimits } from '../domain/workspace-files.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';

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
 * The folder itself may be named by a link. Refuses: `invalid_value`, `invalid_path`, `too_many_files`, `files_too_large`.
 */
export function readWorkspaceFolder(directory: string, limits: FileLimits): Result<WorkspaceFolder> {
  const reader = new FolderReader(limits);
  let root: number;
  try {
    root = openSync(directory, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse('invalid_value', `--from must be a folder with an agent's files; ${directory} is none`, {
        field: 'from',
      });
    throw error;
  }
  return reader.read(root, directory, []) ?? accept({ files: reader.files, leftOut: reader.leftOut });
}

class FolderReader {
  readonly files: AgentFile[] = [];
  readonly leftOut: string[] = [];
  readonly #limits: FileLimits;
  #bytes = 0;

  constructor(limits: FileLimits) {
    this.#limits = limits;
  }

  /** Closes the descriptor; returns what is wrong. `path` is used where the system can't reach a folder's entries through its descriptor. */
  read(descriptor: number, path: string, above: readonly string[]): Refusal | undefined {
    const base = process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path;
    try {
      const entries = readdirSync(base, { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const refusal = this.#readEntry(base, entry, above);
        if (refusal) return refusal;
      }
      return undefined;
    } finally {
      closeSync(descriptor);
    }
  }

  #readEntry(base: string, entry: Dirent, above: readonly string[]): Refusal | undefined {
    const parts = [...above, entry.name];
    const path = parts.join('/');
    if (entry.isDirectory() && !SKIPPED_FOLDERS.includes(entry.name)) {
      if (parts.length >= PATH_DEPTH_MAX)
        return refuse('invalid_path', `--from: a file may lie at most ${PATH_DEPTH_MAX - 1} folders deep`, {
          field: 'from',
        });
      const folder = join(base, entry.name);
      return this.read(openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), folder, parts);
    }
    if (entry.isFile() && path !== HANDSHAKE) return this.#readFile(join(base, entry.name), path);
    this.leftOut.push(path);
    return undefined;
  }

  #readFile(from: string, path: string): Refusal | undefined {
    const { filesMax, bytesMax } = this.#limits;
    if (this.files.length === filesMax)
      return refuse('too_many_files', `--from may hold at most ${filesMax} files`, { field: 'from' });
    const file = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      this.#bytes += stats.size;
      if (this.#bytes > bytesMax)
        return refuse('files_too_large', `--from may hold at most ${bytesMax} bytes in all`, { field: 'from' });
      if (!stats.isFile()) this.leftOut.push(path);
      else this.files.push({ path, content: readFileSync(file), executable: (stats.mode & 0o111) !== 0 });
      return undefined;
    } finally {
      closeSync(file);
    }
  }
}
