import type { Container } from 'dockerode';
import { agentUser } from '../../content/agent-user.ts';
import { outputPath } from '../../../config/home-places.ts';
import { quotaFrom } from '../../content/size-watch.ts';
import { fillWorkspace, makeWorkspace, measureWorkspace } from '../../content/workspace.ts';
import { makeReportDirectory } from '../../lifecycle/report-file.ts';
import type { ExecutionRequest } from '../../sandbox.ts';
import { containerOptions, type ContainerRequest } from '../container/container-options.ts';
import { attachTo, createContainer, startContainer, tryToRemove } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { makeSocketDirectory } from '../sockets.ts';
import { DockerExecution, type ExecutionParts } from './docker-execution.ts';

/** An execution and the name of the folder in `workspaces` that is its own. */
export type Preparation = ExecutionRequest & { readonly folder: string };

/** See `Sandbox.prepare`. Leaves no container where it rejects. */
export async function prepareExecution(
  parts: SandboxParts,
  request: Preparation,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, home, operator, sockets, volumes } = parts;
  const { executionId, folder } = request;
  const isRoot = operator.uid === 0;
  const [socketDirectory, report, place] = await Promise.all([
    makeSocketDirectory(sockets, executionId),
    isRoot ? makeReportDirectory(home, executionId) : undefined,
    volumes.acquire(executionId, folder),
  ]);
  const { paths } = place;
  await makeWorkspace(paths);
  const leastFree = await place.leastFree();
  const owner = isRoot ? agentUser(parts, request.agentNumber) : undefined;
  // The engine takes its time over a container, and nothing reads the workspace before "go".
  const [container, filled] = await Promise.allSettled([
    create(parts, { ...request, leastFree }, { workspace: paths.root, sockets: socketDirectory, report }, signal),
    place.withRoom(() => fillWorkspace(paths, { ...request, owner, stagingName: executionId })),
  ]);
  if (container.status === 'rejected') throw container.reason;
  try {
    if (filled.status === 'rejected') throw filled.reason;
    signal.throwIfAborted();
    const size = leastFree ? undefined : await measureWorkspace(paths.root);
    const quota = leastFree ? undefined : quotaFrom(volumes.quota, size);
    return await start(parts, container.value, request, { place, quota }, signal);
  } catch (error) {
    await tryToRemove(client, container.value);
    throw error;
  }
}

async function create(
  parts: SandboxParts,
  request: Preparation & Pick<ContainerRequest, 'leastFree'>,
  mounts: ContainerRequest['mounts'],
  signal: AbortSignal,
): Promise<Container> {
  const { client, homeLabel, settings } = parts;
  const { executionId, agentId, agentNumber, bundle, wallMs, environment, leastFree } = request;
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
    mounts,
  });
  return createContainer(client, options);
}

async function start(
  parts: SandboxParts,
  container: Container,
  { executionId, bundle, wallMs }: Preparation,
  workspace: Pick<ExecutionParts, 'place' | 'quota'>,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, home, config, operator, settings } = parts;
  const { facts } = await settings.get(signal);
  const hostLimitsSockets = facts.cgroupVersion === 1 && operator.uid === 0;
  const stream = await attachTo(client, container, { stdin: true }, signal);
  const execution = new DockerExecution(
    {
      ...parts,
      container,
      executionId,
      ...workspace,
      budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus: facts.cpus },
      stopGraceMs: config.stop_grace_ms,
      socketBytesMax: hostLimitsSockets ? config.socket_bytes_max : undefined,
      output: { path: outputPath(home, executionId), bytesMax: config.output_bytes_max },
    },
    stream,
  );
  try {
    await startContainer(client, container, signal);
    await execution.begin(signal);
    return execution;
  } catch (error) {
    await execution.abandon();
    throw error;
  }
}
