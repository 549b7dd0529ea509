import type { Clock } from '../../platform/clock.ts';
import type { Quota } from './quota.ts';
import { countWorkspace, type WorkspaceSize } from './workspace.ts';

const PAUSE_MS = 500;
/** A large tree takes its time to count; the watch itself must not keep a processor busy. */
const PAUSE_PER_COUNT = 4;

/**
 * Resolves when a workspace holds more than it may. The best that can be had where it is no filesystem of its own: what
 * an agent writes between two looks is on the disk already. Rejects when the signal is aborted.
 */
export async function watchSize(clock: Clock, root: string, quota: Quota, signal: AbortSignal): Promise<void> {
  for (;;) {
    const began = clock.monotonic();
    // It runs, so nothing that it locked is opened.
    const counted = await countWorkspace(root, { entriesMax: quota.files, signal, unlock: false });
    if (counted && (isOver(counted, quota) || counted.end === 'too_many')) return;
    await clock.sleep(Math.max(PAUSE_MS, PAUSE_PER_COUNT * (clock.monotonic() - began)), signal);
  }
}

export function isOver(size: WorkspaceSize, quota: Quota): boolean {
  return size.bytes > quota.bytes || size.files > quota.files;
}

/** What an execution may come to: the quota, or where its workspace held more when it began, hardly more than that. */
export function quotaFrom(quota: Quota, start: WorkspaceSize | undefined): Quota {
  if (!start) return quota;
  return {
    bytes: Math.max(quota.bytes, start.bytes + GROWTH.bytes),
    files: Math.max(quota.files, start.files + GROWTH.files),
  };
}

/** So that an agent that is over its quota can come so far as to remove something. */
const GROWTH: Quota = { bytes: 1_048_576, files: 16 };
