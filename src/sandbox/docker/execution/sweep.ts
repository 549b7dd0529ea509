import { rm } from 'node:fs/promises';
import { workspacesDirectory } from '../../../config/home-places.ts';
import { finishLandings } from '../../content/shipped/cut-off-landings.ts';
import { sweepInstallations } from '../../content/installation-folder.ts';
import { volumeFolders } from '../../content/volumes.ts';
import { sweepWorkspaces } from '../../content/workspace.ts';
import { isExecutionId } from '../../execution-id.ts';
import { orphanedVolumes, removeVolume } from '../container/report-volumes.ts';
import { listContainers } from '../container/container.ts';
import { isInstalling, LABEL } from '../labels.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { removeContainersOf } from './discard-execution.ts';

/** See `Sandbox.erase`. Workspaces go as they are: to put them back first takes longer than all the rest. */
export async function erase(parts: SandboxParts, signal: AbortSignal): Promise<void> {
  const { client, home, homeLabel, workspaces, contents } = parts;
  for (const { Labels } of await listContainers(client, { homeLabel }, signal)) {
    const executionId = Labels[LABEL.execution] ?? '';
    if (!isExecutionId(executionId)) continue;
    await removeContainersOf(parts, executionId);
    await workspaces.release(executionId);
  }
  for (const folder of await volumeFolders(home)) await workspaces.drop(folder);
  await rm(workspacesDirectory(home), { recursive: true, force: true });
  // With its folder here an agent's volume on the engine goes, too.
  await sweep(parts, new Set(), signal);
  await contents.erase(signal);
}

/** See `Sandbox.sweep`. What is a home's is told by its label and its own directories; nothing else is touched. */
export async function sweep(parts: SandboxParts, keep: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const { client, home, homeLabel, workspaces, contents, clock } = parts;
  const all = await listContainers(client, { homeLabel }, signal);
  const containers = all.filter((container) => !isInstalling(container));
  const known = containers.map(({ Labels }) => Labels[LABEL.execution] ?? '');
  const isStale = (executionId: string) => isExecutionId(executionId) && !keep.has(executionId);
  // Folders come last: those of a trial run that was cut off may be mounted until their containers are gone.
  for (const executionId of new Set(known)) {
    if (!isStale(executionId)) continue;
    await removeContainersOf(parts, executionId);
    await workspaces.release(executionId);
  }
  for (const name of await orphanedVolumes(client, homeLabel, signal)) await removeVolume(client, name);
  const held = containers
    .filter(({ Labels }) => !isStale(Labels[LABEL.execution] ?? ''))
    .map(({ Labels }) => `agent-${Labels[LABEL.agent] ?? ''}`);
  await contents.sweep(() => true, signal);
  await finishLandings(home);
  await workspaces.putBack((folder) => held.includes(folder));
  await sweepWorkspaces(home, isStale);
  await sweepInstallations(home, clock);
}
