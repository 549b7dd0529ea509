import { stat } from 'node:fs/promises';
import type { ContainerInspectInfo } from 'dockerode';
import { outputPath } from '../../../config/home-places.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Placement, WorkspacePlace } from '../../content/placement.ts';
import { measureWorkspace, workspaceFolder } from '../../content/workspace.ts';
import { executionEnd } from '../../lifecycle/end-cause.ts';
import type { AdoptedExecution, AdoptionRequest } from '../../sandbox.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { WORKSPACE } from '../container/container-options.ts';
import { MB } from '../container/confined-host.ts';
import { inspectContainer, listContainers } from '../container/container.ts';
import { LABEL } from '../labels.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { DockerExecution } from './docker-execution.ts';

/** See `Sandbox.adopt`. */
export async function adoptExecution(
  parts: SandboxParts,
  request: AdoptionRequest,
  signal: AbortSignal,
): Promise<AdoptedExecution> {
  const { client, clock, config, home, homeLabel, workspaces, settings } = parts;
  const { executionId, agentId, bundle, wallMs } = request;
  const containers = await listContainers(client, { homeLabel, executionId }, signal);
  const listed = containers.find(({ Labels }) => Labels[LABEL.stream] !== undefined);
  const found = listed && (await inspectContainer(client, listed.Id, signal));
  const placement = placementOf(found);
  const place = await workspaces.resume(executionId, workspaceFolder(agentId), placement);
  if (!found) return vanished(place, executionId);
  const container = client.docker.getContainer(found.Id);
  const path = outputPath(home, executionId);
  const { cpus } = (await settings.get(signal)).facts;
  const execution = new DockerExecution({
    ...parts,
    container,
    executionId,
    nonce: Buffer.from(found.Config.Labels[LABEL.stream] ?? '', 'hex'),
    place,
    quota: (await place.leastFree()) ? undefined : workspaces.quota,
    allowed: workspaces.quota,
    reachEnded: parts.carriers.to(parts, { executionId, agentId, user: userOf(found), workspace: place.mount }),
    budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus },
    memoryBytes: bundle.memoryMb * MB,
    stopGraceMs: config.stop_grace_ms,
    // Was set before its "go".
    socketBytesMax: undefined,
    output: { path, bytesMax: config.output_bytes_max, bytesKept: await fileBytes(path) },
  });
  if (found.State.Running) await execution.attach(signal);
  await execution.resume(Math.max(0, clock.now() - request.startedAt), signal);
  return {
    ended: execution.ended,
    requests: execution.requests,
    serve: (accept) => execution.serve(accept),
    keepRequests: (count) => execution.keepRequests(count),
    usedCpuMs: () => execution.usedCpuMs(),
    memoryPeakBytes: () => execution.memoryPeakBytes(),
    takeFiles: execution.takeFiles,
    stop: (reason) => execution.stop(reason),
    hadEnded: !found.State.Running,
  };
}

/** As the container was made. */
function placementOf(found: ContainerInspectInfo | undefined): Placement {
  const mount = found?.Mounts.find(({ Destination }) => Destination === WORKSPACE);
  return mount?.Type === 'volume' ? 'shipped' : 'folder';
}

function userOf({ Config: { Cmd } }: ContainerInspectInfo): Owner {
  const id = (option: string) => Number(Cmd[Cmd.indexOf(option) + 1]);
  return { uid: id('--uid'), gid: id('--gid') };
}

/** With its container its report is gone, and the way to what it left on an engine. */
async function vanished(place: WorkspacePlace, executionId: string): Promise<AdoptedExecution> {
  const size = await measureWorkspace(place.paths.root);
  const unknown = { cpuMs: undefined, wallMs: undefined, outputBytes: undefined };
  const end = executionEnd({
    report: undefined,
    complaint: undefined,
    container: undefined,
    went: true,
    hostStop: undefined,
    measured: { ...unknown, workspaceBytes: size?.bytes, workspaceFiles: size?.files },
  });
  return {
    ended: Promise.resolve(end),
    requests: 0,
    serve: () => undefined,
    keepRequests: () => undefined,
    usedCpuMs: () => Promise.resolve(undefined),
    memoryPeakBytes: () => Promise.resolve(undefined),
    takeFiles: () => Promise.reject(new BpError('sandbox_content', `${executionId} has vanished`)),
    stop: () => Promise.resolve(),
    hadEnded: true,
  };
}

async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
