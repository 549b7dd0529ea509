import { constants, lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm, symlink, type FileHandle } from 'node:fs/promises';
import { BpError } from '../../../platform/errors.ts';
import { ignore } from '../../../platform/system-error.ts';
import { isBytePath, pathBytes, shownPath, type BytePath } from './byte-path.ts';
import { PERMISSIONS, stampOf, type Entry, type Tree } from './entry.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_DIRECTORY } = constants;
/** So many are looked at before others get their turn: each is a system call that doesn't wait. */
const ENTRIES_PER_TURN = 256;
const PATHS_VERIFIED_MAX = 100_000;

/**
 * An agent's folder on this host. The agent made what stands in it, but it runs elsewhere, so nobody changes the folder
 * meanwhile. It is enough to look at each folder on the way to a path once; a link is never followed. Names are bytes.
 */
export class HostFolder {
  readonly #root: Buffer;
  readonly #verified = new Set<BytePath>();

  constructor(root: string) {
    this.#root = Buffer.from(root);
  }

  /** All below it; links aren't followed. Rejects with `sandbox_workspace` where it is more, deeper or longer than it may be. */
  async tree(entriesMax: number): Promise<Tree> {
    const tree = new Map<BytePath, Entry>();
    const folders: BytePath[] = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const name of readdirSync(this.#at(folder), { encoding: 'buffer' })) {
        const path = joined(folder, name.toString('latin1'));
        if (!isBytePath(path)) throw tooMuch(`${shownPath(path)} is too long or too deep`);
        if (tree.size === entriesMax) throw tooMuch(`more than ${entriesMax} files and folders`);
        if (tree.size % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await othersTurn();
        const entry = this.#entry(path);
        tree.set(path, entry);
        if (entry.kind === 'folder') folders.push(path);
      }
    }
    return tree;
  }

  /** What stands at a path now; undefined where nothing does. */
  entry(path: BytePath): Entry | undefined {
    try {
      return this.#entry(path);
    } catch (error) {
      ignore('ENOENT', 'ENOTDIR')(error);
      return undefined;
    }
  }

  /** For reading. Rejects where it is no file any more. */
  async openFile(path: BytePath): Promise<FileHandle> {
    await this.#verifyAbove(path);
    const handle = await open(this.#at(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw tooMuch(`${shownPath(path)} is no file any more`);
  }

  /** With all below it, whatever it is. */
  async remove(path: BytePath): Promise<void> {
    if (!(await this.#isReached(path))) return;
    this.#verified.clear();
    await rm(this.#at(path), { recursive: true, force: true });
  }

  async makeFolder(path: BytePath, mode: number): Promise<void> {
    await this.#makeAbove(path);
    await this.#make(path);
    await chmod(this.#at(path), hostMode('folder', mode));
  }

  async makeLink(path: BytePath, target: string): Promise<void> {
    await this.#makeAbove(path);
    await rm(this.#at(path), { force: true });
    await symlink(pathBytes(target), this.#at(path));
  }

  /** Moves a file that was written elsewhere on this filesystem into its place. */
  async receive(path: BytePath, from: string): Promise<void> {
    await this.#makeAbove(path);
    await rename(from, this.#at(path));
  }

  /** Makes what was done in it survive a power cut. */
  async sync(folder: BytePath): Promise<void> {
    const handle = await open(this.#at(folder), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #at(path: BytePath): Buffer {
    return path === '' ? this.#root : Buffer.concat([this.#root, pathBytes(`/${path}`)]);
  }

  #entry(path: BytePath): Entry {
    const stats = lstatSync(this.#at(path), { bigint: true });
    const kind = kindOf(stats);
    return {
      path,
      kind,
      mode: Number(stats.mode) & PERMISSIONS,
      size: Number(stats.size),
      diskBytes: Number(stats.blocks) * 512,
      stamp: stampOf(stats.ino, stats.ctimeNs),
      modifiedNs: stats.mtimeNs,
      target: kind === 'link' ? readlinkSync(this.#at(path), { encoding: 'buffer' }).toString('latin1') : '',
    };
  }

  async #isReached(path: BytePath): Promise<boolean> {
    return this.#verifyAbove(path).then(() => true, ignore('ENOENT', 'ENOTDIR')) as Promise<boolean>;
  }

  /** Whatever the operator has made of the folders above it meanwhile. */
  async #makeAbove(path: BytePath): Promise<void> {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) await this.#make(path.slice(0, at));
  }

  async #make(folder: BytePath): Promise<void> {
    if (this.#verified.has(folder)) return;
    if (this.entry(folder)?.kind !== 'folder') await rm(this.#at(folder), { force: true });
    await mkdir(this.#at(folder), { mode: 0o700 }).catch(ignore('EEXIST'));
    await this.#verify(folder);
  }

  async #verifyAbove(path: BytePath): Promise<void> {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) await this.#verify(path.slice(0, at));
  }

  async #verify(folder: BytePath): Promise<void> {
    if (this.#verified.has(folder)) return;
    if (!(await lstat(this.#at(folder))).isDirectory())
      throw Object.assign(new Error(`${shownPath(folder)} is no folder`), { code: 'ENOTDIR' });
    if (this.#verified.size === PATHS_VERIFIED_MAX) this.#verified.clear();
    this.#verified.add(folder);
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The operator can always read what an agent left, and remove it. */
export function hostMode(kind: 'file' | 'folder', mode: number): number {
  return (mode & PERMISSIONS) | (kind === 'folder' ? 0o700 : 0o600);
}

function joined(folder: BytePath, name: string): BytePath {
  return folder === '' ? name : `${folder}/${name}`;
}

function kindOf(stats: BigIntStats): Entry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function tooMuch(what: string): BpError {
  return new BpError('sandbox_workspace', `the agent's folder can't be brought to its engine: ${what}`);
}
