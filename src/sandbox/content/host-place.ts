import { BpError } from '../../platform/errors.ts';
import { isOneOf } from '../../platform/system-error.ts';
import type { WorkspacePlace } from './placement.ts';
import type { Quota } from './quota.ts';
import { watchSize } from './size-watch.ts';
import type { Volume } from './volume.ts';
import { fillWorkspace, measureWorkspace, workspacePaths } from './workspace.ts';

/** The host's folder, as it is. */
export function folderPlace(home: string, folder: string): WorkspacePlace {
  const paths = workspacePaths(home, folder);
  return {
    placement: 'folder',
    paths,
    mount: { kind: 'folder', path: paths.root },
    leastFree: () => Promise.resolve(undefined),
    fill: (content) => fillWorkspace(paths, content),
    measure: () => measureWorkspace(paths.root),
    deliver: () => Promise.resolve(),
    watch: (clock, quota, _, signal) => watchSize(clock, paths.root, quota, signal),
    collect: async (_quota, _reach, signal) => ({ size: await measureWorkspace(paths.root, signal) }),
  };
}

/** A filesystem of its own, which is mounted. */
export function imagePlace(volume: Volume, quota: Quota): WorkspacePlace {
  const { paths } = volume;
  return {
    placement: 'image',
    paths,
    mount: { kind: 'folder', path: paths.root },
    leastFree: () => volume.leastFree(quota),
    async fill(content) {
      // The host's own work has the inodes that are kept for it.
      await volume.releaseSpare();
      try {
        return await fillWorkspace(paths, content);
      } catch (error) {
        throw isFull(error) ? new BpError('sandbox_workspace', 'the workspace is full', { cause: error }) : error;
      } finally {
        await volume.holdSpare();
      }
    },
    measure: () => volume.size(),
    deliver: () => Promise.resolve(),
    watch: (clock, most, _, signal) => watchSize(clock, paths.root, most, signal),
    collect: async () => ({ size: await volume.size() }),
  };
}

function isFull(error: unknown): boolean {
  return isOneOf(error, 'ENOSPC') || (error instanceof BpError && isOneOf(error.cause, 'ENOSPC'));
}
