import { sweepWorkspaces } from '../../content/workspace.ts';
import { listContainers, removeContainer } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';

/** See `Sandbox.discard`. */
export async function discardExecution(parts: SandboxParts, executionId: string): Promise<void> {
  const { home, workspaces, carriers } = parts;
  await carriers.end(executionId);
  await removeContainersOf(parts, executionId);
  await sweepWorkspaces(home, (id) => id === executionId);
  await workspaces.release(executionId);
}

export async function removeContainersOf(
  { client, homeLabel }: Pick<SandboxParts, 'client' | 'homeLabel'>,
  executionId: string,
): Promise<void> {
  const containers = await listContainers(client, { homeLabel, executionId }, undefined);
  await Promise.all(containers.map(({ Id }) => removeContainer(client, client.docker.getContainer(Id))));
}
