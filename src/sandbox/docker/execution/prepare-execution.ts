import type { Container } from 'dockerode';
import { agentUser } from '../../content/agent-user.ts';
import { outputPath } from '../../../config/home-places.ts';
import { quotaFrom } from '../../content/size-watch.ts';
import { fillWorkspace, makeWorkspace, measureWorkspace } from '../../content/workspace.ts';
import { drawNonce } from '../../stream/greeting.ts';
import type { ExecutionRequest } from '../../sandbox.ts';
import { containerOptions, type ContainerRequest } from '../container/container-options.ts';
import { createContainer, startContainer, tryToRemove } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { DockerExecution, type ExecutionParts } from './docker-execution.ts';

/** An execution and the name of the folder in `workspaces` that is its own. */
export type Preparation = ExecutionRequest & { readonly folder: string };

/** See `Sandbox.prepare`. Leaves no container where it rejects. */
export async function prepareExecution(
  parts: SandboxParts,
  request: Preparation,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, operator, volumes } = parts;
  const { executionId, folder } = request;
  const isRoot = operator.uid === 0;
  const place = await volumes.acquire(executionId, folder);
  const { paths } = place;
  await makeWorkspace(paths);
  const leastFree = await place.leastFree();
  const nonce = drawNonce(parts.random);
  const owner = isRoot ? agentUser(parts, request.agentNumber) : undefined;
  // The engine takes its time over a container, and nothing reads the workspace before "go".
  const [container, filled] = await Promise.allSettled([
    create(parts, { ...request, leastFree, nonce, workspace: paths.root }, signal),
    place.withRoom(() => fillWorkspace(paths, { ...request, owner, stagingName: executionId })),
  ]);
  if (container.status === 'rejected') throw container.reason;
  try {
    if (filled.status === 'rejected') throw filled.reason;
    signal.throwIfAborted();
    const size = leastFree ? undefined : await measureWorkspace(paths.root);
    const quota = leastFree ? undefined : quotaFrom(volumes.quota, size);
    return await start(parts, container.value, request, { place, quota, nonce }, signal);
  } catch (error) {
    await tryToRemove(client, container.value);
    throw error;
  }
}

async function create(
  parts: SandboxParts,
  request: Preparation & Pick<ContainerRequest, 'leastFree' | 'nonce' | 'workspace'>,
  signal: AbortSignal,
): Promise<Container> {
  const { client, homeLabel, settings } = parts;
  const { executionId, agentId, agentNumber, bundle, wallMs, environment, leastFree, nonce, workspace } = request;
  const options = containerOptions(await settings.get(signal), {
    homeLabel,
    executionId,
    agentId,
    cpuMs: bundle.cpuMs,
    memoryMb: bundle.memoryMb,
    wallMs,
    user: agentUser(parts, agentNumber),
    environment,
    leastFree,
    workspace,
    nonce,
  });
  return createContainer(client, options);
}

async function start(
  parts: SandboxParts,
  container: Container,
  { executionId, bundle, wallMs }: Preparation,
  own: Pick<ExecutionParts, 'place' | 'quota' | 'nonce'>,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, home, config, operator, settings } = parts;
  const { facts } = await settings.get(signal);
  const hostLimitsSockets = facts.cgroupVersion === 1 && operator.uid === 0;
  const execution = new DockerExecution({
    ...parts,
    container,
    executionId,
    ...own,
    budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus: facts.cpus },
    stopGraceMs: config.stop_grace_ms,
    socketBytesMax: hostLimitsSockets ? config.socket_bytes_max : undefined,
    output: { path: outputPath(home, executionId), bytesMax: config.output_bytes_max },
  });
  try {
    await execution.attach(signal);
    await startContainer(client, container, signal);
    await execution.begin(signal);
    return execution;
  } catch (error) {
    await execution.abandon();
    throw error;
  }
}
