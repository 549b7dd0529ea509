import type { AgentFile } from './agent.ts';

/** One content of a file. */
export interface FileVersion {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A file that is to be laid in a workspace, or taken from it; an `AgentFile` is one that nothing there can keep out. */
export interface WaitingFile extends Omit<AgentFile, 'content'> {
  /** Null: it is taken away. */
  readonly content: Uint8Array | null;
  /** What may give way. Anything else there was changed since, and stays. Undefined: whatever stands there gives way. */
  readonly replaces?: readonly FileVersion[] | undefined;
}

/** What laying files does to a workspace, or would do. Paths, in their order. */
export interface LaidFiles {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Changed since they were given: they stay as they are. */
  readonly kept: readonly string[];
  /** How many were there already, as they are to be. */
  readonly same: number;
}

/**
 * What gives way to a set of files.
 * - `given`: what was given before and wasn't changed since.
 * - `all`: whatever stands there.
 * - `new`: as `all` until the set is first begun to be laid, and then as `given`.
 */
export type Replaces = 'new' | 'given' | 'all';
