import { chmod, lchown, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { workspacesDirectory } from '../../config/home-places.ts';
import type { LaidFiles, WaitingFile } from '../../domain/agent-files.ts';
import { isAgentId } from '../../domain/ids.ts';
import { BpError } from '../../platform/errors.ts';
import { namesIn } from '../../platform/folder.ts';
import { writeHandshake } from './handshake-file.ts';
import { layDown } from './installed-tree.ts';
import { isTrialRun } from '../execution-id.ts';
import { layFiles } from './laying.ts';
import { filesError } from './safe-file.ts';
import { SafeDirectory, type Owner } from './safe-directory.ts';
import { errorCode, ignore, isOneOf } from '../../platform/system-error.ts';
import { walkTree, type WalkEnd, type WalkLimits } from './tree-walk.ts';

export interface WorkspacePaths {
  /** The agent's folder, mounted at /workspace. */
  readonly root: string;
  /** Where files are written before they are renamed into it: same filesystem, out of the agent's reach. */
  readonly staging: string;
}

export interface WorkspaceContent {
  readonly files: readonly WaitingFile[];
  /** Undefined where none is written. */
  readonly handshake: string | undefined;
  /** Whom the workspace belongs to; undefined: the operator. */
  readonly owner: Owner | undefined;
  /** Begins the names of temporary files. */
  readonly stagingName: string;
  /** A folder with what was installed for the agent meanwhile, where there is one; gone once it is laid down. */
  readonly installed?: string | undefined;
}

export interface WorkspaceSize {
  /** Bytes that it takes on the disk, directories and links included; a file with two names counts once. */
  readonly bytes: number;
  /** Files and folders, links included; a file with two names counts once. */
  readonly files: number;
}

/** Larger trees aren't measured or handed over to another owner. */
const ENTRIES_MAX = 100_000;
const STAGING = '.staging';

/** `folder` is `agent-<id>`, or another name that no agent has. */
export function workspacePaths(home: string, folder: string): WorkspacePaths {
  const all = workspacesDirectory(home);
  return { root: join(all, folder), staging: join(all, STAGING) };
}

export function workspaceFolder(agentId: string): string {
  if (isAgentId(agentId)) return `agent-${agentId}`;
  throw new Error(`not an agent id: ${String(agentId)}`);
}

/** Makes the folders where they are missing. Rejects with `sandbox_files`. */
export async function makeWorkspace(paths: WorkspacePaths): Promise<void> {
  try {
    await mkdir(paths.root, { recursive: true, mode: 0o700 });
    await mkdir(paths.staging, { recursive: true, mode: 0o700 });
    await unlock(paths.root);
  } catch (error) {
    throw filesError(paths.root, error);
  }
}

/**
 * Hands a workspace to its owner, lays the files, then what was installed, then the handshake. Resolves with what became
 * of the files.
 * Rejects with `sandbox_workspace` where what the agent left there prevents it, with `sandbox_files` where the host does.
 */
export async function fillWorkspace(paths: WorkspacePaths, content: WorkspaceContent): Promise<LaidFiles> {
  const staging = await openOwn(paths.staging);
  try {
    const root = await openOwn(paths.root);
    try {
      await takeOver(root, content.owner);
      const laid = await layFiles(root, staging, content.stagingName, content).catch(agentsFault);
      const { handshake, owner, installed } = content;
      if (installed !== undefined)
        await layDown(installed, { ...content, root, staging: paths.staging }).catch(agentsFault);
      if (handshake !== undefined)
        await writeHandshake(root, staging, content.stagingName, { content: handshake, owner }).catch(agentsFault);
      return laid;
    } finally {
      await root.close();
    }
  } catch (error) {
    throw error instanceof BpError ? error : filesError(paths.root, error);
  } finally {
    await staging.close();
  }
}

/** Removes temporary files of executions that are `stale`, and the folders of their trial runs. */
export async function sweepWorkspaces(home: string, stale: (executionId: string) => boolean): Promise<void> {
  const { root: all, staging } = workspacePaths(home, '');
  for (const name of await namesIn(staging))
    if (stale(name.split('.')[0] ?? '')) await rm(join(staging, name), { recursive: true, force: true });
  for (const name of await namesIn(all)) {
    const executionId = name.startsWith('.') ? name.slice(1) : '';
    if (isTrialRun(executionId) && stale(executionId)) await removeTrialRunFolder(home, executionId);
  }
}

export function trialRunFolder(executionId: string): string {
  return `.${executionId}`;
}

export async function removeTrialRunFolder(home: string, executionId: string): Promise<void> {
  await rm(workspacePaths(home, trialRunFolder(executionId)).root, { recursive: true, force: true });
}

/**
 * Undefined where it can't be had: too large to count, or not readable. Links aren't followed, and what the agent locked
 * is unlocked. To be called when nothing of the agent runs any more.
 */
export async function measureWorkspace(root: string, signal?: AbortSignal): Promise<WorkspaceSize | undefined> {
  try {
    await unlock(root);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
  const counted = await countWorkspace(root, { entriesMax: ENTRIES_MAX, signal, unlock: true });
  return counted?.end === 'complete' ? counted : undefined;
}

/** As far as it can be seen; undefined where not even its root can be read. */
export async function countWorkspace(
  root: string,
  limits: WalkLimits,
): Promise<(WorkspaceSize & { readonly end: WalkEnd }) | undefined> {
  let directory: SafeDirectory | undefined;
  try {
    directory = await SafeDirectory.open(root);
    let bytes = diskBytes(await directory.stat());
    let files = 0;
    const seen = new Set<number>();
    const end = await walkTree(directory, limits, (_, __, stats) => {
      if (!stats.isDirectory() && stats.nlink > 1) {
        if (seen.has(stats.ino)) return;
        seen.add(stats.ino);
      }
      files++;
      bytes += diskBytes(stats);
    });
    return { bytes, files, end };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  } finally {
    await directory?.close();
  }
}

/** An agent that runs as the operator may have locked it. Nothing but its mode is in the agent's reach. */
async function unlock(root: string): Promise<void> {
  const stats = await lstat(root);
  if (stats.isDirectory() && (stats.mode & 0o777) !== 0o700) await chmod(root, 0o700);
}

function diskBytes(stats: { readonly blocks: number }): number {
  return stats.blocks * 512;
}

async function openOwn(path: string): Promise<SafeDirectory> {
  try {
    return await SafeDirectory.open(path);
  } catch (error) {
    throw filesError(path, error);
  }
}

/**
 * Gives the whole workspace to its owner where its root doesn't belong to that owner yet: a new one, or one that the
 * operator brought. The root comes last, so that a walk that was cut short is done again.
 */
async function takeOver(root: SafeDirectory, owner: Owner | undefined): Promise<void> {
  const stats = await root.stat();
  if (!owner || (stats.uid === owner.uid && stats.gid === owner.gid)) return;
  const end = await walkTree(root, { entriesMax: ENTRIES_MAX, unlock: true }, (directory, name) =>
    lchown(directory.entry(name), owner.uid, owner.gid).catch(ignore('ENOENT')),
  );
  if (end !== 'complete')
    throw new BpError('sandbox_workspace', `the workspace has too many files or is too deep to be given to its agent`);
  await root.setOwner(owner);
}

/** Errors that only what stands inside a workspace can cause. */
function agentsFault(error: unknown): never {
  if (isOneOf(error, 'EACCES', 'EPERM', 'ELOOP', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENAMETOOLONG', 'EMLINK'))
    throw new BpError('sandbox_workspace', `the agent's own files are in the way (${errorCode(error)})`, {
      cause: error,
    });
  throw error;
}
