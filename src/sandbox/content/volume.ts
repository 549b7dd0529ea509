import { mkdir, open, readFile, rename, rm, rmdir, stat, statfs, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { volumesDirectory, workspacesDirectory } from '../../config/home-places.ts';
import type { Clock } from '../../platform/clock.ts';
import { BpError } from '../../platform/errors.ts';
import {
  giveBackRoom,
  imageBytes,
  makeFilesystem,
  MB,
  mountImage,
  reserveRoom,
  SPARE_FILES,
  EXCESS,
} from './filesystem-image.ts';
import { isLooped, mountsBelow, runTool, unmountAll } from './mounts.ts';
import { ignore } from '../../platform/system-error.ts';
import type { LeastFree, Quota } from './quota.ts';
import type { WorkspacePaths, WorkspaceSize } from './workspace.ts';

/** Some growth, so that an agent that is over its quota can come so far as to remove something. */
const GROWTH: LeastFree = { bytes: MB, files: 16 };
/** It takes a moment until a device whose last user is gone is let go. */
const LET_GO_ATTEMPTS = 8;
const LET_GO_PAUSE_MS = 25;

/** Of a path inside a volume as the tools of the host see it: room for the longer name of the plain folder. */
const PATH_BYTES_MAX = 3584;

const emptySize = z.object({ bytes: z.number(), files: z.number() });

/**
 * One workspace as a filesystem of its own, in a sparse file. Nobody can write more into it than the kernel lets them.
 * It is made from the plain folder, stands in its place while it is mounted, and is copied back into it.
 *
 * The image's name tells which of the two counts. `image` counts. `image.new` isn't filled yet, and `image.old` is
 * copied back already.
 *
 * Inside, the agent has `workspace` alone. Beside it lie the host's temporary files, the spare inodes, and a note of how
 * much was free when it was empty.
 */
export class Volume {
  /** The folder that people know: `workspaces/agent-<id>`. */
  readonly #plain: string;
  readonly #directory: string;

  constructor({ home, folder }: { readonly home: string; readonly folder: string }) {
    this.#plain = join(workspacesDirectory(home), folder);
    this.#directory = join(volumesDirectory(home), folder);
  }

  /** Where the host reads and writes. */
  get paths(): WorkspacePaths {
    return { root: join(this.#mount, 'workspace'), staging: join(this.#mount, 'staging') };
  }

  /** Whether the image holds the files that count. */
  async counts(): Promise<boolean> {
    return (await stat(this.#image).catch(ignore('ENOENT'))) !== undefined;
  }

  /** Whether it is mounted in some container, where unmounting it here doesn't end it. Unmounts it here. */
  async isHeldElsewhere(clock: Clock): Promise<boolean> {
    await this.unmount();
    for (let attempt = 0; attempt < LET_GO_ATTEMPTS; attempt++) {
      if (!(await isLooped(this.#image))) return false;
      await clock.sleep(LET_GO_PAUSE_MS);
    }
    return true;
  }

  /** Mounts it, made from the plain folder where there is none yet. Rejects with `sandbox_volume`. */
  async open(quota: Quota): Promise<void> {
    try {
      if (!(await this.counts())) await this.#make(quota).catch((error: unknown) => this.#unmake(error));
      else if ((await mountsBelow(this.#mount)).length === 0) await this.#mountImage(this.#image);
      await mkdir(this.#plain, { recursive: true, mode: 0o700 });
      if ((await mountsBelow(this.#plain)).length === 0)
        await runTool('mount', ['--bind', this.paths.root, this.#plain]);
      await this.holdSpare();
    } catch (error) {
      throw volumeError(error);
    }
  }

  /**
   * Copies it back into the plain folder and takes it away. Rejects with `sandbox_volume`, or with `sandbox_disk` where
   * there is no room for both; then it still counts.
   */
  async close(): Promise<void> {
    const [incoming, outgoing] = [this.#beside('new'), this.#beside('old')];
    try {
      if (await this.counts()) {
        if ((await mountsBelow(this.#mount)).length === 0) await this.#mountImage(this.#image);
        await this.#copyTo(incoming);
        await unmountAll(this.#plain);
        await remove(outgoing);
        await rename(this.#plain, outgoing).catch(ignore('ENOENT'));
        await rename(incoming, this.#plain);
        await syncDirectory(join(this.#plain, '..'));
        await rename(this.#image, `${this.#image}.old`);
      }
      await this.drop();
    } catch (error) {
      throw volumeError(error);
    }
  }

  /** Leaves nothing of a copy that can't be made. */
  async #copyTo(incoming: string): Promise<void> {
    await remove(incoming);
    // Its unused room may be what the copy needs; a machine that can't give it back may have enough.
    await this.giveBack().catch(() => undefined);
    await this.#checkRoom();
    try {
      await this.#copyShortPaths(incoming);
      await runTool('sync', ['--file-system', incoming]);
    } catch (error) {
      await remove(incoming);
      throw error;
    }
  }

  async #checkRoom(): Promise<void> {
    const [{ bytes }, disk] = await Promise.all([this.size(), freeIn(this.#directory)]);
    if (bytes <= disk.bytes) return;
    const missing = Math.ceil((bytes - disk.bytes) / MB);
    throw new BpError(
      'sandbox_disk',
      `the disk is full: its files need ${missing} MB more and are kept in ${this.#image}`,
      {
        hint: 'free some; the next command puts them back',
      },
    );
  }

  /** A path can have 4,096 bytes, but an agent can make folders in folders beyond that: no tool copies those. */
  async #copyShortPaths(incoming: string): Promise<void> {
    try {
      await copyTree(this.paths.root, incoming);
    } catch {
      const tooLong = ['-regextype', 'posix-extended', '-regex', `.{${PATH_BYTES_MAX},}`];
      await runTool('find', [this.paths.root, ...tooLong, '-prune', '-execdir', 'rm', '-rf', '--', '{}', '+']);
      await remove(incoming);
      await copyTree(this.paths.root, incoming);
    }
  }

  /** Takes it away with everything in it. The plain folder stays. */
  async drop(): Promise<void> {
    await this.unmount();
    // What is still mounted would be emptied with the folders around it.
    if ((await mountsBelow(this.#directory)).length > 0) throw new Error(`${this.#directory} is still mounted`);
    await Promise.all([this.#beside('new'), this.#beside('old')].map(remove));
    // Last: whoever finds it does the rest again.
    await remove(this.#directory);
    await rmdir(join(this.#directory, '..')).catch(ignore('ENOENT', 'ENOTEMPTY'));
  }

  async unmount(): Promise<void> {
    await unmountAll(this.#plain);
    await unmountAll(this.#mount);
  }

  /** What the agent keeps in it. */
  async size(): Promise<WorkspaceSize> {
    const [empty, now] = await Promise.all([this.#empty(), freeIn(this.#mount)]);
    return { bytes: Math.max(0, empty.bytes - now.bytes), files: Math.max(0, empty.files - now.files) };
  }

  /** How much more of the disk it may come to take. */
  async growth(quota: Quota): Promise<number> {
    const found = await stat(this.#image).catch(ignore('ENOENT'));
    return found ? Math.max(0, found.size - found.blocks * 512) : imageBytes(quota);
  }

  /** Takes from the disk what the agent may come to write, so that nobody else can. Rejects with `sandbox_volume`. */
  reserve(): Promise<void> {
    return reserveRoom(this.#image);
  }

  /** Gives back to the disk what is free in it. Rejects with `sandbox_volume`. */
  async giveBack(): Promise<void> {
    if ((await mountsBelow(this.#mount)).length > 0) await giveBackRoom(this.#mount);
  }

  /** What must stay free: the rest of the quota, or where that is used up already, not much less than now. */
  async leastFree(quota: Quota): Promise<LeastFree> {
    const [empty, now] = await Promise.all([this.#empty(), freeIn(this.#mount)]);
    return {
      bytes: Math.max(0, Math.min(empty.bytes - quota.bytes, now.bytes - GROWTH.bytes)),
      files: Math.max(0, Math.min(empty.files - quota.files, now.files - GROWTH.files)),
    };
  }

  /** Lets the host have the inodes that are kept for it. */
  async releaseSpare(): Promise<void> {
    await Promise.all(this.#spares.map((path) => unlink(path).catch(ignore('ENOENT'))));
  }

  /** Keeps them again, as many as there are. */
  async holdSpare(): Promise<void> {
    for (const path of this.#spares) {
      try {
        await (await open(path, 'a', 0o600)).close();
      } catch (error) {
        ignore('ENOSPC')(error);
        return;
      }
    }
  }

  get #image(): string {
    return join(this.#directory, 'image');
  }

  get #mount(): string {
    return join(this.#directory, 'mount');
  }

  get #spares(): readonly string[] {
    return Array.from({ length: SPARE_FILES }, (_, number) => join(this.#mount, 'spare', String(number)));
  }

  /** A hidden name next to the plain folder, and so on the same filesystem. */
  #beside(suffix: string): string {
    const at = this.#plain.lastIndexOf('/') + 1;
    return `${this.#plain.slice(0, at)}.${this.#plain.slice(at)}.${suffix}`;
  }

  async #make(quota: Quota): Promise<void> {
    const fresh = `${this.#image}.new`;
    await this.drop();
    await mkdir(this.#mount, { recursive: true, mode: 0o700 });
    await makeFilesystem(fresh, quota);
    await this.#mountImage(fresh);
    for (const name of ['staging', 'spare']) await mkdir(join(this.#mount, name), { mode: 0o700 });
    await mkdir(this.paths.root, { mode: 0o700 });
    await this.#takeSurplus(quota);
    // Before the copy: what that takes is the agent's.
    await this.#noteEmpty();
    if (await stat(this.#plain).catch(ignore('ENOENT'))) await this.#fill(quota);
    await runTool('sync', ['--file-system', this.#mount]);
    await rename(fresh, this.#image);
    await syncDirectory(this.#directory);
  }

  /** What was made halfway would only take room. */
  async #unmake(error: unknown): Promise<never> {
    await this.drop().catch(() => undefined);
    throw error;
  }

  /** How much ext4 needs for itself is known afterwards: what it leaves too much is taken by a file without content. */
  async #takeSurplus(quota: Quota): Promise<void> {
    const { bavail, bsize } = await statfs(this.#mount);
    const surplus = bavail * bsize - quota.bytes - EXCESS;
    if (surplus > 0) await runTool('fallocate', ['--length', String(surplus), join(this.#mount, 'surplus')]);
  }

  async #fill(quota: Quota): Promise<void> {
    try {
      await copyTree(this.#plain, this.paths.root);
    } catch (error) {
      const { bytes, files } = await freeIn(this.#mount);
      // Root may use all of it: where some is left, it is not the agent's files that are too many.
      if (bytes > MB && files > 0) throw error;
      const room = `${quota.bytes / MB} MB in ${quota.files} files and folders`;
      throw new BpError('sandbox_workspace', `the agent's files can't be brought into a workspace of ${room}`, {
        cause: error,
      });
    }
  }

  async #mountImage(image: string): Promise<void> {
    await mkdir(this.#mount, { recursive: true, mode: 0o700 });
    await mountImage(image, this.#mount);
  }

  async #noteEmpty(): Promise<void> {
    await this.holdSpare();
    const note = join(this.#mount, 'empty.json');
    await writeFile(note, '', { mode: 0o600 });
    await writeFile(note, JSON.stringify(await freeIn(this.#mount)));
  }

  async #empty(): Promise<LeastFree> {
    return emptySize.parse(JSON.parse(await readFile(join(this.#mount, 'empty.json'), 'utf8')));
  }
}

/** Links, holes, owners, modes and times are kept; nothing is followed. */
async function copyTree(from: string, to: string): Promise<void> {
  await runTool('cp', ['--archive', '--no-target-directory', from, to]);
}

async function freeIn(directory: string): Promise<LeastFree> {
  const { bfree, bsize, ffree } = await statfs(directory);
  return { bytes: bfree * bsize, files: ffree };
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

function volumeError(error: unknown): BpError {
  if (error instanceof BpError) return error;
  return new BpError('sandbox_volume', error instanceof Error ? error.message : String(error), { cause: error });
}
