import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, opendir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, ignore, isOneOf } from '../../platform/system-error.ts';

/** Whom files of an agent belong to; undefined where they stay the operator's own. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Enough for any honest tree; a hostile one can't use up the program's file descriptors. */
export const DEPTH_MAX = 64;

/**
 * An open directory whose entries are reached through its descriptor, so that nobody can put a link into the path
 * meanwhile. Node has no `openat`; on Linux `/proc/self/fd/N/name` does the same. Elsewhere the path itself is used,
 * which is as safe as long as nothing of the agent runs.
 *
 * A method never follows a link that stands at `name`, and `name` is one path component.
 */
export class SafeDirectory {
  readonly #handle: FileHandle;
  readonly #base: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#base = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path;
  }

  /** Opens a directory of the program's own. Every component but the last may be a link; the last may not. */
  static async open(path: string): Promise<SafeDirectory> {
    return new SafeDirectory(await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
  }

  /** Where the entry stands, for a call that doesn't follow a link in the last component. */
  entry(name: string): string {
    assertName(name);
    return `${this.#base}/${name}`;
  }

  stat(): Promise<Stats> {
    return this.#handle.stat();
  }

  /** The entry's own state; of a link, the link's. */
  lstat(name: string): Promise<Stats> {
    return lstat(this.entry(name));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Makes what was renamed in it survive a power cut. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async setOwner(owner: Owner | undefined): Promise<void> {
    if (owner) await this.#handle.chown(owner.uid, owner.gid);
  }

  async setMode(mode: number): Promise<void> {
    await this.#handle.chmod(mode);
  }

  /** The names in it, at most `max`; undefined where there are more. */
  async names(max: number): Promise<string[] | undefined> {
    const names: string[] = [];
    for await (const entry of await opendir(`${this.#base}/.`)) {
      if (names.length === max) return undefined;
      names.push(entry.name);
    }
    return names;
  }

  async openChild(name: string): Promise<SafeDirectory> {
    const path = this.entry(name);
    return new SafeDirectory(await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), path);
  }

  /** Opens the directory at `name`; makes it where there is none, in place of whatever else stands there. */
  async makeChild(name: string, { mode, owner }: { mode: number; owner: Owner | undefined }): Promise<SafeDirectory> {
    for (let attempt = 0; ; attempt++) {
      try {
        await mkdir(this.entry(name), { mode });
        const made = await this.openChild(name);
        await made.setOwner(owner);
        await made.setMode(mode);
        return made;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST' || attempt === 3) throw error;
      }
      try {
        return await this.openChild(name);
      } catch (error) {
        if (!isOneOf(error, 'ENOTDIR', 'ELOOP', 'ENOENT', 'EMLINK')) throw error;
        await unlink(this.entry(name)).catch(ignore('ENOENT'));
      }
    }
  }

  /** A new file; fails with EEXIST where anything has this name. */
  createFile(name: string): Promise<FileHandle> {
    return open(this.entry(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  }

  /**
   * A regular file for reading, or undefined where there is none or it is something else. Neither a link, a FIFO nor a
   * device can lead it astray or make it wait. The caller closes it.
   */
  async openFile(name: string): Promise<FileHandle | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.entry(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (isOneOf(error, 'ENOENT', 'ELOOP', 'EMLINK', 'ENXIO')) return undefined;
      throw error;
    }
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  }

  /** The bytes of a regular file, as `openFile` finds it, or undefined where there is none or it is larger than `max`. */
  async readFile(name: string, bytesMax: number): Promise<Buffer | undefined> {
    const file = await this.openFile(name);
    if (!file) return undefined;
    try {
      const { size } = await file.stat();
      if (size > bytesMax) return undefined;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Moves an entry of `from` onto `name`, in place of whatever stands there. A directory is put aside, not deleted. */
  async receive(name: string, from: SafeDirectory, fromName: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await rename(from.entry(fromName), this.entry(name));
        return;
      } catch (error) {
        if (!isOneOf(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST') || attempt === 3) throw error;
        await this.#putAside(name);
      }
    }
  }

  /**
   * Gives a directory another name in the same place: quick whatever is in it, and nothing in it is touched.
   * It replaces a new, empty one, whose name nobody could have foreseen.
   */
  async #putAside(name: string): Promise<void> {
    const aside = await mkdtemp(join(this.#base, `.${name}.replaced-`));
    await rename(this.entry(name), aside).catch(ignore('ENOENT'));
  }
}

/** Splits a relative path into its components. A path that leaves its directory is a broken invariant. */
export function pathComponents(path: string): string[] {
  const components = path.split('/');
  for (const component of components) assertName(component);
  if (components.length > DEPTH_MAX) throw new Error(`too deep: ${path}`);
  return components;
}

function assertName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new Error(`not a file name: ${JSON.stringify(name)}`);
}
