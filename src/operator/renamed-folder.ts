import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installsDirectory, shipmentsDirectory, workspacesDirectory } from '../config/home-places.ts';
import { renamedAgent } from '../economy/views/agent-view.ts';
import { BpError } from '../platform/errors.ts';
import { namesInSync } from '../platform/folder.ts';
import { errorCode } from '../platform/system-error.ts';
import type { Home } from './home.ts';

/**
 * Renames the folder of an agent whose id became the operator's, and what belongs to the folder, after the agent's new
 * id. To be called while nothing runs and workspaces are put back. Cheap where no agent was renamed, and idempotent.
 * Throws `BpError` `sandbox_workspace` where the folder is still mounted or both are there.
 */
export function moveRenamedFolder({ directory, economy }: Home): void {
  const renamed = renamedAgent(economy);
  if (!renamed) return;
  const [from, to] = [`agent-${renamed.formerly}`, `agent-${renamed.id}`];
  for (const place of [workspacesDirectory, installsDirectory, shipmentsDirectory])
    for (const name of namesInSync(place(directory)))
      if (name === from || name.startsWith(`${from}.`)) move(place(directory), name, `${to}${name.slice(from.length)}`);
}

function move(place: string, from: string, to: string): void {
  const [old, target] = [join(place, from), join(place, to)];
  try {
    if (lstatSync(target, { throwIfNoEntry: false })) throw new Error(`${target} is there already`);
    renameSync(old, target);
  } catch (error) {
    const why = errorCode(error) === 'EBUSY' ? 'it is still mounted' : error instanceof Error ? error.message : '';
    throw new BpError('sandbox_workspace', `${old} must become ${target}, the folder of a renamed agent: ${why}`, {
      hint: 'move it by hand; bp-agents status first puts back what a run that was cut off left mounted',
      cause: error,
    });
  }
}
