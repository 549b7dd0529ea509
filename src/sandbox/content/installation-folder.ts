import { copyFile, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { installedDirectory, installsDirectory } from '../../config/home-places.ts';
import type { WaitingFile } from '../../domain/agent-files.ts';
import type { Clock } from '../../platform/clock.ts';
import { BpError } from '../../platform/errors.ts';
import { namesIn } from '../../platform/folder.ts';
import { ignore } from '../../platform/system-error.ts';
import { HostFolder } from './shipped/host-folder.ts';
import { pathBytes } from './shipped/byte-path.ts';
import type { Owner } from './safe-directory.ts';
import { filesError } from './safe-file.ts';
import { fillWorkspace, measureWorkspace, type WorkspaceSize } from './workspace.ts';

/** What packages are installed into, and what says exactly which. */
const RESULTS = ['node_modules', '.venv', 'package-lock.json', 'poetry.lock'];
/** Made anew by every installation: nothing that an agent left in them is run where there is a network. */
const MADE_ANEW = new Set(['node_modules', '.venv']);
/** It holds a token, and is written anew at each start. */
const HANDSHAKE = 'env.json';
const WORK = '.work';
/** Longer than all that can be installed one after the other. */
const LONGEST_MS = 12 * 3_600_000;
const ENTRIES_MAX = 100_000;

export interface InstallationContent {
  /** The workspace as people find it. */
  readonly root: string;
  /** Files of the agent that were not written into it yet. */
  readonly files: readonly WaitingFile[];
  readonly owner: Owner | undefined;
  /** The most bytes that are copied, each name of a file counted. */
  readonly bytesMax: number;
}

/**
 * A copy of an agent's workspace, beside it, in which packages are installed: what fails or is cut off there has changed
 * nothing. What came of it is kept until the agent's next execution. There is one at a time for an agent.
 */
export class InstallationFolder {
  readonly #home: string;
  readonly #folder: string;
  #before: readonly string[] = [];

  /** `folder` is the workspace's. */
  constructor(home: string, folder: string) {
    this.#home = home;
    this.#folder = folder;
  }

  /** What the container mounts. */
  get tree(): string {
    return join(this.#work, 'tree');
  }

  /** Begins anew. Rejects with `sandbox_workspace` and `sandbox_files`. */
  async fill({ root, files, owner, bytesMax }: InstallationContent): Promise<void> {
    await this.remove();
    const staging = join(this.#work, 'staging');
    try {
      for (const made of [this.tree, staging]) await mkdir(made, { recursive: true, mode: 0o700 });
      await copyTree(root, this.tree, bytesMax);
    } catch (error) {
      throw error instanceof BpError ? error : filesError(this.tree, error);
    }
    const kept = files.filter(({ path }) => !MADE_ANEW.has(path.split('/')[0] ?? ''));
    const paths = { root: this.tree, staging };
    await fillWorkspace(paths, { files: kept, handshake: undefined, owner, stagingName: 'install' });
    this.#before = await namesIn(this.tree);
  }

  /** Files of these names stand in it, or links, which lead to where the container has them. */
  async manifests(names: readonly string[]): Promise<readonly string[]> {
    return namesIn(this.tree, (entry) => names.includes(entry.name) && (entry.isFile() || entry.isSymbolicLink()));
  }

  /** Of the whole workspace as it will be; undefined where that can't be told. */
  measure(): Promise<WorkspaceSize | undefined> {
    return measureWorkspace(this.tree);
  }

  /** From now on what was installed waits, whole, in place of what waited before. Rejects with `sandbox_files`. */
  async keep(): Promise<void> {
    const gathered = join(this.#work, 'ready');
    const ready = installedDirectory(this.#home, this.#folder);
    try {
      await mkdir(gathered, { mode: 0o700 });
      for (const name of await namesIn(this.tree))
        if (RESULTS.includes(name) || !this.#before.includes(name))
          await rename(join(this.tree, name), join(gathered, name));
      await removeTree(ready);
      await rename(gathered, ready);
    } catch (error) {
      throw filesError(ready, error);
    }
  }

  /** Idempotent. */
  async remove(): Promise<void> {
    await removeTree(this.#work);
  }

  get #work(): string {
    return join(installsDirectory(this.#home), `${this.#folder}${WORK}`);
  }
}

/** Takes away what was being installed when a program was killed, once no installation can still go on in it. */
export async function sweepInstallations(home: string, clock: Pick<Clock, 'now'>): Promise<void> {
  const all = installsDirectory(home);
  for (const name of await namesIn(all, (entry) => entry.name.endsWith(WORK))) {
    const begun = (await stat(join(all, name)).catch(ignore('ENOENT')))?.mtimeMs;
    if (begun !== undefined && clock.now() - begun > LONGEST_MS) await removeTree(join(all, name));
  }
}

/** What an agent locked is unlocked first: it may run as the operator. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(async (error: unknown) => {
    ignore('EACCES', 'EPERM')(error);
    await measureWorkspace(path);
    await rm(path, { recursive: true, force: true });
  });
}

/** Nothing of the agent runs meanwhile. Links are copied as links; pipes and sockets are left out. */
async function copyTree(from: string, to: string, bytesMax: number): Promise<void> {
  const source = new HostFolder(from);
  if (!(await isThere(from))) return;
  const target = Buffer.from(to);
  let bytes = 0;
  for (const entry of (await source.tree(ENTRIES_MAX)).values()) {
    const [top = ''] = entry.path.split('/', 1);
    if (MADE_ANEW.has(top) || entry.path === HANDSHAKE) continue;
    const at = Buffer.concat([target, pathBytes(`/${entry.path}`)]);
    if (entry.kind === 'folder') await mkdir(at, { mode: entry.mode | 0o700 });
    if (entry.kind === 'link') await symlink(pathBytes(entry.target), at);
    if (entry.kind !== 'file') continue;
    bytes += entry.size;
    if (bytes > bytesMax)
      throw new BpError('sandbox_workspace', `its workspace has more than ${bytesMax} bytes: too many to be copied`);
    await copyFile(Buffer.concat([Buffer.from(from), pathBytes(`/${entry.path}`)]), at);
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(ignore('ENOENT'))) !== undefined;
}
