import type { ContainerInfo } from 'dockerode';
import { isProcessThere } from '../../../platform/process-there.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { listContainers, removeContainer } from '../container/container.ts';
import { LABEL } from '../labels.ts';

/** Whether content is made in it; of a container that the engine has listed. */
export function isHolder({ Labels }: Pick<ContainerInfo, 'Labels'>): boolean {
  return Labels[LABEL.content] !== undefined;
}

/** Whether that is over: what a program that was killed has left. */
export function isLeft({ Labels }: Pick<ContainerInfo, 'Labels'>): boolean {
  return !isProcessThere(Number(Labels[LABEL.process] ?? 0));
}

/** Removes the containers in which content of this home was made, also by processes that are there where `ofAll`. */
export async function removeHolders(
  { client, homeLabel }: { readonly client: DockerClient; readonly homeLabel: string },
  { ofAll }: { readonly ofAll: boolean },
  signal: AbortSignal,
): Promise<void> {
  for (const listed of await listContainers(client, { homeLabel }, signal))
    if (isHolder(listed) && (ofAll || isLeft(listed)))
      await removeContainer(client, client.docker.getContainer(listed.Id));
}
