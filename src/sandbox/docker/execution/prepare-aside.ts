import type { SandboxParts } from '../sandbox-parts.ts';
import { discardExecution } from './discard-execution.ts';
import type { DockerExecution } from './docker-execution.ts';
import { prepareExecution, type Preparation } from './prepare-execution.ts';

/**
 * As `prepareExecution`, while a trial run still finds out whether this engine holds agents: rejects as the trial does,
 * and nothing is left then. Where the trial has moved workspaces to another placement, it is prepared anew.
 */
export async function prepareAside(
  parts: SandboxParts,
  request: Preparation,
  { trial, signal }: { readonly trial: Promise<unknown>; readonly signal: AbortSignal },
): Promise<DockerExecution> {
  const { workspaces } = parts;
  const before = await workspaces.placement();
  const [prepared, tried] = await Promise.allSettled([prepareExecution(parts, request, signal), trial]);
  const isMoved = (await workspaces.placement()) !== before;
  if (prepared.status === 'fulfilled' && tried.status === 'fulfilled' && !isMoved && !signal.aborted)
    return prepared.value;
  if (prepared.status === 'fulfilled' || isMoved) await discardExecution(parts, request.executionId);
  // Files that were laid in an unusable place would hide those that are laid next.
  if (isMoved) await workspaces.putBackUnused();
  if (tried.status === 'rejected') throw tried.reason;
  signal.throwIfAborted();
  if (prepared.status === 'rejected' && !isMoved) throw prepared.reason;
  return prepareExecution(parts, request, signal);
}
