import type { WorkspaceSize } from '../workspace.ts';
import type { BytePath } from './byte-path.ts';

/**
 * Tells one state of a file from every other: its inode and the time at which the kernel last changed anything about it,
 * which no program can set.
 */
export type Stamp = string;

export interface Entry {
  readonly path: BytePath;
  /** `other`: a pipe, a socket or a device. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permissions, without what lends anyone else's rights. */
  readonly mode: number;
  /** Of a file's content, holes included. */
  readonly size: number;
  readonly diskBytes: number;
  readonly stamp: Stamp;
  readonly modifiedNs: bigint;
  /** Where a link points to, in latin1. */
  readonly target: string;
}

/** All below a folder, each after the folder that it stands in. */
export type Tree = ReadonlyMap<BytePath, Entry>;

export const PERMISSIONS = 0o777;

export function stampOf(inode: bigint, changedNs: bigint): Stamp {
  return `${inode}:${changedNs}`;
}

export function sizeOf(entries: readonly Entry[]): WorkspaceSize {
  return { bytes: entries.reduce((sum, { diskBytes }) => sum + diskBytes, 0), files: entries.length };
}

/** The same as long as nothing has changed: a file's stamp; of a folder its permissions, of a link where it points to. */
export function stateOf(entry: Pick<Entry, 'kind' | 'stamp' | 'mode' | 'target'>): string {
  if (entry.kind === 'folder') return folderState(entry.mode);
  return entry.kind === 'link' ? `link ${entry.target}` : entry.stamp;
}

export function folderState(mode: number): string {
  return `folder ${mode}`;
}

export function isFolderState(state: string): boolean {
  return state.startsWith('folder ');
}
