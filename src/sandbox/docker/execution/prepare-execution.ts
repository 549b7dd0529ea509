import type { Container } from 'dockerode';
import { agentUser, SHIFTED_USERS } from '../../content/agent-user.ts';
import { installedDirectory, outputPath } from '../../../config/home-places.ts';
import type { WorkspacePlace } from '../../content/placement.ts';
import { quotaFrom } from '../../content/size-watch.ts';
import { makeWorkspace } from '../../content/workspace.ts';
import { drawNonce } from '../../stream/greeting.ts';
import type { ExecutionRequest } from '../../sandbox.ts';
import type { EngineFacts } from '../client/engine-facts.ts';
import { heldLimits, refuseUnheld, unheldOf, type HoldBasis } from '../client/held-limits.ts';
import { containerOptions, type ContainerRequest } from '../container/container-options.ts';
import { MB } from '../container/confined-host.ts';
import { createContainer, startContainer, tryToRemove } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { DockerExecution } from './docker-execution.ts';
import type { ExecutionParts } from './execution-parts.ts';

/** An execution and the name of the folder in `workspaces` that is its own. */
export type Preparation = ExecutionRequest & { readonly folder: string };

/** See `Sandbox.prepare`. Leaves no container where it rejects. */
export async function prepareExecution(
  parts: SandboxParts,
  request: Preparation,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, operator, settings, workspaces, contents } = parts;
  const { executionId, folder } = request;
  const isRoot = operator.uid === 0;
  const placedContents = await contents.mountsOf(request.mounts, signal);
  const place = await workspaces.acquire(executionId, folder);
  const { paths } = place;
  await makeWorkspace(paths);
  const leastFree = await place.leastFree();
  const nonce = drawNonce(parts.random);
  const { facts } = await settings.get(signal);
  const { user, hasOwnUser } = userOf(parts, place, facts, request.agentNumber);
  const owner = isRoot ? user : undefined;
  const placed = {
    ...{ workspace: place.mount, contents: placedContents },
    staysForContent: place.placement === 'shipped',
  };
  // The engine takes its time over a container, and nothing reads the workspace before "go".
  const [container, filled] = await Promise.allSettled([
    create(parts, { ...request, user, hasOwnUser, leastFree, nonce, ...placed }, signal),
    place.fill({ ...request, owner, stagingName: executionId, installed: installedDirectory(parts.home, folder) }),
  ]);
  if (container.status === 'rejected') throw container.reason;
  try {
    if (filled.status === 'rejected') throw filled.reason;
    signal.throwIfAborted();
    const size = leastFree ? undefined : await place.measure();
    const quota = leastFree ? undefined : quotaFrom(workspaces.quota, size);
    const workspaceWatched = leastFree
      ? undefined
      : ((await workspaces.watched()) ?? 'it has no filesystem of its own');
    const basis = { facts, workspaceWatched, hasOwnUser };
    const own = { place, quota, nonce, basis, keptFiles: filled.value.kept };
    return await start(parts, container.value, { ...request, user }, own, signal);
  } catch (error) {
    await tryToRemove(client, container.value);
    throw error;
  }
}

/** On an engine of its own the operator is nobody. */
function userOf(
  { operator, config }: SandboxParts,
  { placement }: WorkspacePlace,
  { shiftsUsers }: EngineFacts,
  agentNumber: number,
): Pick<ContainerRequest, 'user' | 'hasOwnUser'> {
  const own = placement === 'shipped' ? { uid: 0, gid: 0 } : operator;
  const user = agentUser({ operator: own, config: shiftsUsers ? SHIFTED_USERS : config }, agentNumber);
  return { user, hasOwnUser: own.uid === 0 };
}

async function create(
  parts: SandboxParts,
  request: Preparation & Omit<ContainerRequest, keyof ExecutionRequest | 'homeLabel' | 'cpuMs' | 'memoryMb'>,
  signal: AbortSignal,
): Promise<Container> {
  const { client, homeLabel, settings, contents } = parts;
  const { bundle, mounts, ...rest } = request;
  const options = containerOptions(await settings.get(signal), {
    ...rest,
    homeLabel,
    cpuMs: bundle.cpuMs,
    memoryMb: bundle.memoryMb,
  });
  const container = await createContainer(client, options);
  try {
    await contents.confirm(mounts, signal);
  } catch (error) {
    await tryToRemove(client, container);
    throw error;
  }
  return container;
}

interface Known {
  readonly basis: Basis;
  /** See `PreparedExecution`. */
  readonly keptFiles: readonly string[];
}

/** What is known of the limits before a supervisor has looked. */
type Basis = Pick<HoldBasis, 'workspaceWatched' | 'hasOwnUser'> & { readonly facts: EngineFacts };

async function start(
  parts: SandboxParts,
  container: Container,
  { executionId, agentId, bundle, wallMs, user }: Preparation & Pick<ContainerRequest, 'user'>,
  { basis, keptFiles, ...own }: Pick<ExecutionParts, 'place' | 'quota' | 'nonce'> & Known,
  signal: AbortSignal,
): Promise<DockerExecution> {
  const { client, home, config, operator, workspaces, logger } = parts;
  const { facts } = basis;
  const hostLimitsSockets = facts.cgroupVersion === 1 && facts.limits.hasOwnGroup && operator.uid === 0;
  const execution = new DockerExecution({
    ...parts,
    container,
    executionId,
    ...own,
    allowed: own.quota ?? workspaces.quota,
    reachEnded: parts.carriers.to(parts, { executionId, agentId, user, workspace: own.place.mount }),
    budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus: facts.cpus },
    memoryBytes: bundle.memoryMb * MB,
    stopGraceMs: config.stop_grace_ms,
    socketBytesMax: hostLimitsSockets ? config.socket_bytes_max : undefined,
    output: { path: outputPath(home, executionId), bytesMax: config.output_bytes_max },
  });
  try {
    await execution.attach(signal);
    await startContainer(client, container, signal);
    const { seen, boundsSockets } = await execution.begin(signal);
    // The containers of an engine that sees nothing of this host are beyond its reach.
    if (hostLimitsSockets && !boundsSockets && own.place.placement !== 'shipped')
      logger.warn({ executionId }, 'the memory of TCP buffers could not be limited');
    execution.keptFiles = keptFiles;
    execution.limits = heldLimits({ ...basis, seen, boundsSockets: hostLimitsSockets && boundsSockets });
    execution.unheld = unheldOf(execution.limits);
    refuseUnheld(execution.limits, config.accept_unheld);
    return execution;
  } catch (error) {
    await execution.abandon();
    throw error;
  }
}
