import { unlink, type FileHandle } from 'node:fs/promises';
import type { AgentFile } from '../../domain/agent.ts';
import { BpError } from '../../platform/errors.ts';
import { pathComponents, type Owner, type SafeDirectory } from './safe-directory.ts';
import { errorCode, ignore, isOneOf } from '../../platform/system-error.ts';

/** Of what is laid in a workspace. */
export const FILE_MODE = 0o644;
export const PROGRAM_MODE = 0o755;

export interface NewFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode: number;
  readonly owner: Owner | undefined;
  /** Whether it must survive a power cut once written. */
  readonly durable: boolean;
}

/**
 * Puts a file at `file.name` in `directory`, in place of whatever stands there. A link, a FIFO, a hard link to another
 * file or a directory is replaced; it is never followed, written through or waited for.
 *
 * The file is written in `staging` and then renamed, so it is there whole or not at all. `staging` must lie on the same
 * filesystem and out of the agent's reach. `stagingName` begins the temporary file's name.
 *
 * Rejects with `sandbox_files` where the host can't write it, and with the system's error where something in `directory`
 * prevents it.
 */
export async function replaceFile(
  directory: SafeDirectory,
  staging: SafeDirectory,
  stagingName: string,
  file: NewFile,
): Promise<void> {
  const temporary = await stage(staging, stagingName, file);
  try {
    await directory.receive(file.name, staging, temporary);
    if (file.durable) await directory.sync();
  } catch (error) {
    await unlink(staging.entry(temporary)).catch(() => undefined);
    throw error;
  }
}

/** Writes a tree of files. Directories are made where they are missing, in place of anything that is not one. */
export async function writeTree(
  root: SafeDirectory,
  staging: SafeDirectory,
  stagingName: string,
  { files, owner }: { readonly files: readonly AgentFile[]; readonly owner: Owner | undefined },
): Promise<void> {
  for (const { path, content, executable } of files) {
    const components = pathComponents(path);
    const name = components.pop() ?? '';
    await inDirectory(root, components, owner, (directory) =>
      replaceFile(directory, staging, stagingName, {
        name,
        content,
        mode: executable ? PROGRAM_MODE : FILE_MODE,
        owner,
        durable: true,
      }),
    );
  }
}

async function inDirectory(
  root: SafeDirectory,
  components: readonly string[],
  owner: Owner | undefined,
  work: (directory: SafeDirectory) => Promise<void>,
): Promise<void> {
  let directory = root;
  try {
    for (const component of components) {
      const child = await directory.makeChild(component, { mode: 0o755, owner });
      if (directory !== root) await directory.close();
      directory = child;
    }
    await work(directory);
  } finally {
    if (directory !== root) await directory.close();
  }
}

/** Writes the whole file under a name of its own and returns that name. */
async function stage(staging: SafeDirectory, stagingName: string, file: NewFile): Promise<string> {
  for (let number = 0; ; number++) {
    const name = `${stagingName}.${number}`;
    try {
      await fill(await staging.createFile(name), file);
      return name;
    } catch (error) {
      // A temporary file of an execution that was cut short may still stand there.
      if (isOneOf(error, 'EEXIST') && number < 1000) continue;
      await unlink(staging.entry(name)).catch(ignore('ENOENT'));
      throw filesError(staging.entry(name), error);
    }
  }
}

async function fill(handle: FileHandle, file: NewFile): Promise<void> {
  try {
    await handle.writeFile(file.content);
    if (file.owner) await handle.chown(file.owner.uid, file.owner.gid);
    await handle.chmod(file.mode);
    if (file.durable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Something of the host's own: no fault of the agent. */
export function filesError(path: string, error: unknown): BpError {
  const code = errorCode(error) ?? 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new BpError('sandbox_files', full ? `the disk is full: ${path}` : `${path} can't be written (${code})`, {
    cause: error,
  });
}
