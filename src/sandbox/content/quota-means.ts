import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Config } from '../../config/schema.ts';

/** What decides whether a workspace can be a filesystem of its own. */
export interface QuotaSearch {
  readonly uid: number;
  /** PATH, by which the host's tools are found. */
  readonly searchPath: string;
  readonly wanted: Config['sandbox']['workspace_quota'];
}

/** Why this machine can't give a workspace a filesystem of its own; undefined where nothing speaks against it. */
export async function quotaMissing({ uid, searchPath, wanted }: QuotaSearch): Promise<string | undefined> {
  if (wanted === 'watch') return 'sandbox.workspace_quota is watch';
  if (process.platform !== 'linux') return 'it takes Linux';
  if (uid !== 0) return 'it takes root';
  for (const tool of TOOLS) if (!(await isInstalled(tool, searchPath))) return `${tool} is not installed`;
  const loops = await access('/dev/loop-control', constants.R_OK).then(
    () => true,
    () => false,
  );
  return loops ? undefined : 'there are no loop devices (/dev/loop-control)';
}

const TOOLS = ['mke2fs', 'mount', 'umount', 'losetup', 'cp', 'find', 'sync', 'fallocate', 'fstrim'] as const;

async function isInstalled(tool: string, searchPath: string): Promise<boolean> {
  const places = searchPath.split(delimiter).filter((place) => place !== '');
  const found = await Promise.all(
    places.map((place) =>
      access(join(place, tool), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
