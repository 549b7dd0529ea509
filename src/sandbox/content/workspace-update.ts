import type { LaidFiles } from '../../domain/agent-files.ts';
import { BpError } from '../../platform/errors.ts';
import { errorCode } from '../../platform/system-error.ts';
import type { LayingRequest } from '../engine.ts';
import { lookAtFiles } from './laying.ts';
import { SafeDirectory, type Owner } from './safe-directory.ts';
import { filesError } from './safe-file.ts';
import { finishLanding } from './shipped/cut-off-landings.ts';
import { Volume } from './volume.ts';
import { fillWorkspace, makeWorkspace, workspaceFolder, workspacePaths } from './workspace.ts';

/** Begins the names of temporary files; the next `run` sweeps what a kill has left of them. */
const STAGING_NAME = 'update';

/** See `Engine.layFiles`. `home` is its real path. */
export async function layInFolder(
  home: string,
  { agentId, files }: LayingRequest,
  { uid }: Pick<Owner, 'uid'>,
): Promise<LaidFiles | undefined> {
  const folder = workspaceFolder(agentId);
  if (await new Volume({ home, folder }).counts()) return undefined;
  await finishLanding(home, folder);
  const paths = workspacePaths(home, folder);
  await makeWorkspace(paths);
  const owner = uid === 0 ? await ownerOf(paths.root) : undefined;
  return fillWorkspace(paths, { files, handshake: undefined, owner, stagingName: STAGING_NAME });
}

/** See `Engine.lookAtFiles`. */
export async function lookInFolder(home: string, { agentId, files }: LayingRequest): Promise<LaidFiles> {
  const { root } = workspacePaths(home, workspaceFolder(agentId));
  let directory: SafeDirectory;
  try {
    directory = await SafeDirectory.open(root);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return nothingThere(files);
    throw filesError(root, error);
  }
  try {
    return await lookAtFiles(directory, files);
  } catch (error) {
    if (error instanceof BpError || errorCode(error) === undefined) throw error;
    throw new BpError('sandbox_workspace', `the agent's own files are in the way (${errorCode(error)})`, {
      cause: error,
    });
  } finally {
    await directory.close();
  }
}

/** The files belong to the owner of the workspace: the agent, once it has run. */
async function ownerOf(root: string): Promise<Owner> {
  const directory = await SafeDirectory.open(root);
  try {
    const { uid, gid } = await directory.stat();
    return { uid, gid };
  } finally {
    await directory.close();
  }
}

function nothingThere(files: LayingRequest['files']): LaidFiles {
  const added = files.filter(({ content }) => content !== null).map(({ path }) => path);
  return { added, changed: [], removed: [], kept: [], same: 0 };
}
