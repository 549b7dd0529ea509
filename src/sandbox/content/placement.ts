import type { Duplex } from 'node:stream';
import type { LaidFiles } from '../../domain/agent-files.ts';
import type { Clock } from '../../platform/clock.ts';
import type { LeastFree, Quota } from './quota.ts';
import type { WorkspaceContent, WorkspacePaths, WorkspaceSize } from './workspace.ts';

/**
 * Where a workspace lies while an agent has it:
 * - `image`: a filesystem of its own on this host;
 * - `folder`: the host's folder as it is;
 * - `shipped`: a volume on an engine that sees no folder of this host.
 */
export type Placement = 'image' | 'folder' | 'shipped';

/** What a container mounts: a folder of the host, or a volume of the engine. */
export type WorkspaceMount =
  { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'volume'; readonly name: string };

/** A way to the files where the engine has them. */
export interface Carriage {
  readonly stream: Duplex;
  close(): Promise<void>;
}

export type Reach = (signal: AbortSignal) => Promise<Carriage>;

/** One workspace while an execution has it, and how its limits hold. */
export interface WorkspacePlace {
  readonly placement: Placement;
  readonly mount: WorkspaceMount;
  /** Where the host has it. */
  readonly paths: WorkspacePaths;
  /** What the supervisor has to watch; undefined where the host has to watch the size instead. */
  leastFree(): Promise<LeastFree | undefined>;
  /**
   * Writes what the agent is to find, as far as this host can; resolves with what became of its files. Rejects with `sandbox_workspace` where what the agent left
   * prevents it, with `sandbox_files` where the host does.
   */
  fill(content: WorkspaceContent): Promise<LaidFiles>;
  /** What it holds before "go"; undefined where it can't be had. */
  measure(): Promise<WorkspaceSize | undefined>;
  /** Does the rest, once the container waits for "go". Rejects as `fill` and with `sandbox_content`. */
  deliver(reach: Reach, signal: AbortSignal): Promise<void>;
  /** Resolves when it holds more than it may. Rejects when the signal is aborted. */
  watch(clock: Clock, quota: Quota, reach: Reach, signal: AbortSignal): Promise<void>;
  /**
   * Brings home what the agent has left, when nothing of it runs any more. Rejects as `deliver`; then the host still
   * has what it had before.
   */
  collect(quota: Quota, reach: Reach, signal: AbortSignal): Promise<Collected>;
}

export interface Collected {
  /** Undefined where it can't be had. */
  readonly size?: WorkspaceSize | undefined;
  /** Why the host still has what it had before: something in what the agent has left. */
  readonly refused?: string;
}
