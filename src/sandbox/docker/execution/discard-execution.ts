import { sweepWorkspaces } from '../../content/workspace.ts';
import { listContainers, removeContainer } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';

/** See `Sandbox.discard`. */
export async function discardExecution(parts: SandboxParts, executionId: string): Promise<void> {
  const { client, homeLabel, home, volumes } = parts;
  const containers = await listContainers(client, { homeLabel, executionId }, undefined);
  await Promise.all(containers.map(({ Id }) => removeContainer(client, client.docker.getContainer(Id))));
  await sweepWorkspaces(home, (id) => id === executionId);
  await volumes.release(executionId);
}
