import type { Container, ContainerCreateOptions, ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';
import { labelFilter } from '../labels.ts';
import type { Attachment } from '../../stream/attachment.ts';
import { attachmentTo } from './container-attachment.ts';
import { openContainerStream } from './container-stream.ts';

/** Doesn't heed a signal: an engine that isn't listened to any more would make the container all the same. */
export async function createContainer(client: DockerClient, options: ContainerCreateOptions): Promise<Container> {
  try {
    return await client.call('make a container', undefined, () => client.docker.createContainer(options));
  } catch (error) {
    const status = statusBehind(error);
    if (status === 404) throw imageMissing(String(options.Image), error);
    if (status === undefined && options.name !== undefined)
      await tryToRemove(client, client.docker.getContainer(options.name));
    throw error;
  }
}

/** Its streams. What the container said before is lost. `stderr` gets pieces that it may not keep. */
export async function attachTo(
  client: DockerClient,
  container: Container,
  stderr: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  const stream = await client.call('attach to a container', signal, (abortSignal) =>
    openContainerStream(container, abortSignal),
  );
  return attachmentTo(stream, stderr);
}

/** As `attachTo`; rejects where it has ended: Podman would make it anew then, and forget how it ended. */
export async function attachToRunning(...args: Parameters<typeof attachTo>): Promise<Attachment> {
  const [client, container, , signal] = args;
  if ((await inspectContainer(client, container.id, signal))?.State.Running !== true)
    throw new BpError('sandbox_supervisor', 'the container does not run any more');
  return attachTo(...args);
}

export function startContainer(client: DockerClient, container: Container, signal: AbortSignal): Promise<unknown> {
  return client.call('start a container', signal, (abortSignal) => container.start({ abortSignal }));
}

/** All of a home, or of one of its executions, running or ended. */
export function listContainers(
  client: DockerClient,
  filter: { readonly homeLabel: string; readonly executionId?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<ContainerInfo[]> {
  const filters = labelFilter(filter.homeLabel, filter.executionId);
  return client.call('list containers', signal, (abortSignal) =>
    client.docker.listContainers({ all: true, filters, abortSignal }),
  );
}

/** Undefined where it is gone meanwhile. */
export async function inspectContainer(
  client: DockerClient,
  id: string,
  signal: AbortSignal,
): Promise<ContainerInspectInfo | undefined> {
  const container = client.docker.getContainer(id);
  try {
    return await client.call('inspect a container', signal, (abortSignal) => container.inspect({ abortSignal }));
  } catch (error) {
    if (statusBehind(error) === 404) return undefined;
    throw error;
  }
}

export async function removeContainer(client: DockerClient, container: Container): Promise<void> {
  try {
    await client.call('remove a container', undefined, (abortSignal) =>
      container.remove({ force: true, v: true, abortSignal }),
    );
  } catch (error) {
    // Gone already, or on its way out by another call.
    const status = statusBehind(error);
    if (status !== 404 && status !== 409) throw error;
  }
}

/** On the way out with another error: what can't be removed now is found at the next start by its label. */
export async function tryToRemove(client: DockerClient, container: Container): Promise<void> {
  await removeContainer(client, container).catch(() => undefined);
}

export function imageMissing(image: string, cause: unknown): BpError {
  return new BpError('sandbox_image_missing', `the image ${image} does not exist`, {
    hint: 'build it with `bp-agents image`',
    cause,
  });
}
