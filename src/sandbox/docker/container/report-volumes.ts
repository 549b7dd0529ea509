import type { DockerClient } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';
import { isOfHome, LABEL, labelFilter } from '../labels.ts';

/** Report volumes of this home's executions whose containers somebody has removed without them. */
export async function orphanedVolumes(
  client: DockerClient,
  homeLabel: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const filters = JSON.stringify({ ...labelFilter(homeLabel), dangling: ['true'] });
  const { Volumes } = await client.call('list volumes', signal, (abortSignal) =>
    client.docker.listVolumes({ filters, abortSignal }),
  );
  return Volumes.filter(({ Labels }) => isOfHome(Labels, homeLabel))
    .filter(({ Labels }) => Labels[LABEL.workspace] === undefined && Labels[LABEL.content] === undefined)
    .map(({ Name }) => Name);
}

export async function removeVolume(client: DockerClient, name: string): Promise<void> {
  try {
    await client.call('remove a volume', undefined, (abortSignal) =>
      client.docker.getVolume(name).remove({ abortSignal }),
    );
  } catch (error) {
    // Gone already, or in use by now.
    const status = statusBehind(error);
    if (status !== 404 && status !== 409) throw error;
  }
}
