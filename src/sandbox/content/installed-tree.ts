import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BpError } from '../../platform/errors.ts';
import { namesIn } from '../../platform/folder.ts';
import { runProgram } from '../../platform/host-program.ts';
import { ignore } from '../../platform/system-error.ts';
import type { SafeDirectory } from './safe-directory.ts';

const NEVER = new AbortController().signal;

export interface LandingPlace {
  readonly root: SafeDirectory;
  /** On the same filesystem and out of the agent's reach. */
  readonly staging: string;
  /** Begins the names of what is there for a while. */
  readonly stagingName: string;
}

/**
 * Moves everything in the folder `installed` into a workspace, each name in place of what it had there, and takes the
 * folder away. Nothing of the agent may run meanwhile. `installed` may be on another filesystem.
 *
 * A name stays in `installed` until it is whole in the workspace. So when this is cut off, the next call goes on with
 * the rest.
 * Rejects with `sandbox_workspace` where there is no room; then the next one tries again.
 */
export async function layDown(installed: string, place: LandingPlace): Promise<void> {
  const { dev } = await place.root.stat();
  for (const name of await namesIn(installed)) {
    const from = join(installed, name);
    if ((await lstat(from)).dev === dev) await moveOne(from, name, place);
    else await copyOne(from, name, place);
  }
  await rm(installed, { recursive: true, force: true });
}

async function moveOne(from: string, name: string, place: LandingPlace): Promise<void> {
  await putAside(name, place);
  await rename(from, place.root.entry(name));
  await place.root.sync();
  await dropAside(place);
}

async function copyOne(from: string, name: string, place: LandingPlace): Promise<void> {
  const incoming = `${aside(place)}.incoming`;
  const copy = async () => {
    await rm(incoming, { recursive: true, force: true });
    const words = ['--archive', '--no-target-directory', '--', from, incoming];
    const { exitCode, lastError } = await runProgram('cp', words, { onLine: () => undefined, signal: NEVER });
    if (exitCode === 0) return;
    await rm(incoming, { recursive: true, force: true });
    const mend = 'remove files from it, or raise sandbox.workspace_mb or sandbox.workspace_files_max';
    throw new BpError('sandbox_workspace', `what was installed has no room in the workspace: ${mend} (${lastError})`);
  };
  await copy().catch(async () => {
    // Not for both at once: what is installed is still whole where it was.
    await putAside(name, place);
    await dropAside(place);
    await copy();
  });
  await putAside(name, place);
  await rename(incoming, place.root.entry(name));
  await place.root.sync();
  await dropAside(place);
  await rm(from, { recursive: true, force: true });
}

function aside({ staging, stagingName }: LandingPlace): string {
  return join(staging, `${stagingName}.aside`);
}

async function putAside(name: string, place: LandingPlace): Promise<void> {
  await rm(aside(place), { recursive: true, force: true });
  await rename(place.root.entry(name), aside(place)).catch(ignore('ENOENT'));
}

/** What can't be removed now is not in the agent's way. */
async function dropAside(place: LandingPlace): Promise<void> {
  await rm(aside(place), { recursive: true, force: true }).catch(() => undefined);
}
