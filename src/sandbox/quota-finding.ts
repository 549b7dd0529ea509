import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Finding } from '../platform/finding.ts';

/** What a filesystem of its own for each workspace is made and mounted with. */
const PROGRAMS = ['mke2fs', 'mount', 'umount'];
const LOOP_CONTROL = '/dev/loop-control';

/** What bounds the size of a workspace here. A size that is only watched is no fault, but has to be known. */
export function quotaFinding({ uid, path }: { readonly uid: number; readonly path: string }): Finding {
  const obstacles = [
    ...(uid === 0 ? [] : ['not root']),
    ...PROGRAMS.filter((program) => !isInPath(program, path)).map((program) => `no ${program} in PATH`),
    ...(isThere(LOOP_CONTROL, constants.R_OK | constants.W_OK) ? [] : [`no ${LOOP_CONTROL}`]),
  ];
  const detail =
    obstacles.length === 0
      ? 'a filesystem of its own for each workspace'
      : `workspaces are only watched (${obstacles.join(', ')}): an agent can write much before it is ended`;
  return { name: 'quota', ok: true, detail };
}

function isInPath(program: string, path: string): boolean {
  return path
    .split(delimiter)
    .some((directory) => directory !== '' && isThere(join(directory, program), constants.X_OK));
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
