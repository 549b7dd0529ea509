import type { Stats } from 'node:fs';
import { access, chmod, constants, lstat, mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BpError } from '../../platform/errors.ts';
import { namesIn } from '../../platform/folder.ts';
import { assertExecutionId } from '../execution-id.ts';
import { ignore } from '../../platform/system-error.ts';

/** The System Service's socket in its directory. */
export const SOCKET_NAME = 'service.sock';
/** The kernel's address holds 108 bytes, the last one being zero; a longer path would be cut without a word. */
const SOCKET_PATH_BYTES_MAX = 107;
/** As long as an id can be, so that a home whose paths are too long is refused at the start and not in the middle. */
const LONGEST_ID = `exe_${'9'.repeat(15)}`;

export interface SocketPlace {
  readonly uid: number;
  /** XDG_RUNTIME_DIR, where it is set. */
  readonly userRuntimeDirectory: string | undefined;
  /** Names the home; see `homeLabelOf`. */
  readonly homeLabel: string;
}

/** The short directory outside the home in which the sockets of all its executions lie. */
export function socketRoot({ uid, userRuntimeDirectory, homeLabel }: SocketPlace): { parent: string; root: string } {
  const parent =
    uid === 0
      ? '/run/bp-agents'
      : userRuntimeDirectory
        ? join(userRuntimeDirectory, 'bp-agents')
        : `/tmp/bp-agents-${uid}`;
  return { parent, root: join(parent, homeLabel) };
}

/**
 * Makes the directory of one execution's socket and returns its path. Everyone may pass through the directory itself,
 * since the agent's user must; nobody else gets as far, since its parents are the operator's alone.
 * Rejects with `sandbox_sockets` where the place is someone else's or too long.
 */
export async function makeSocketDirectory(place: SocketPlace, executionId: string): Promise<string> {
  assertExecutionId(executionId);
  const { parent, root } = socketRoot(place);
  checkLength(root);
  const directory = join(root, executionId);
  try {
    for (const own of [parent, root]) await makePrivate(own, place.uid);
    await mkdir(directory).catch(ignore('EEXIST'));
    await chmod(directory, 0o711);
  } catch (error) {
    if (error instanceof BpError) throw error;
    throw new BpError('sandbox_sockets', `${directory} can't be made`, { cause: error });
  }
  return directory;
}

export async function removeSocketDirectory(place: SocketPlace, executionId: string): Promise<void> {
  assertExecutionId(executionId);
  await rm(join(socketRoot(place).root, executionId), { recursive: true, force: true });
}

/** Removes the home's place where nothing is left in it. */
export async function removeSocketRoot(place: SocketPlace): Promise<void> {
  await rmdir(socketRoot(place).root).catch(ignore('ENOENT', 'ENOTEMPTY'));
}

/** Executions whose socket's directory stands there. */
export function socketDirectories(place: SocketPlace): Promise<readonly string[]> {
  return namesIn(socketRoot(place).root);
}

/** Rejects as `makeSocketDirectory` would, as far as that can be told without making anything. */
export async function checkSocketPlace(place: SocketPlace): Promise<void> {
  const { parent, root } = socketRoot(place);
  checkLength(root);
  if (await ownDirectory(parent, place.uid)) {
    await ownDirectory(root, place.uid);
    return;
  }
  const above = dirname(parent);
  await access(above, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw new BpError('sandbox_sockets', `${parent} can't be made`, {
      hint: `make ${above} writable, or set XDG_RUNTIME_DIR to a directory of yours`,
      cause: error,
    });
  });
}

function checkLength(root: string): void {
  const path = join(root, LONGEST_ID, SOCKET_NAME);
  const bytes = Buffer.byteLength(path);
  if (bytes > SOCKET_PATH_BYTES_MAX)
    throw new BpError(
      'sandbox_sockets',
      `${path} has ${bytes} bytes; a socket's path has at most ${SOCKET_PATH_BYTES_MAX}`,
      {
        hint: 'set XDG_RUNTIME_DIR to a shorter directory',
      },
    );
}

/** A directory in a place that others can write to must be ours, no link, and closed to everyone else. */
async function makePrivate(path: string, uid: number): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(ignore('EEXIST'));
  const stats = await ownDirectory(path, uid);
  if (stats && (stats.mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** Undefined where it isn't there. Rejects where it is something else or someone else's. */
async function ownDirectory(path: string, uid: number): Promise<Stats | undefined> {
  const stats = await lstat(path).catch(ignore('ENOENT'));
  if (stats && (!stats.isDirectory() || stats.uid !== uid))
    throw new BpError('sandbox_sockets', `${path} is not a directory of this user`, {
      hint: 'remove it; someone else may have put it there',
    });
  return stats;
}
