import { stat } from 'node:fs/promises';
import { outputPath } from '../../../config/home-places.ts';
import type { WorkspacePlace } from '../../content/volumes.ts';
import { measureWorkspace, workspaceFolder } from '../../content/workspace.ts';
import { executionEnd } from '../../lifecycle/end-cause.ts';
import type { AdoptedExecution, AdoptionRequest } from '../../sandbox.ts';
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
  const { client, clock, config, home, homeLabel, volumes, settings } = parts;
  const { executionId, bundle, wallMs } = request;
  const place = await volumes.resume(executionId, workspaceFolder(request.agentId));
  const containers = await listContainers(client, { homeLabel, executionId }, signal);
  const listed = containers.find(({ Labels }) => Labels[LABEL.stream] !== undefined);
  const found = listed && (await inspectContainer(client, listed.Id, signal));
  if (!found) return vanished(place);
  const container = client.docker.getContainer(found.Id);
  const path = outputPath(home, executionId);
  const { cpus } = (await settings.get(signal)).facts;
  const execution = new DockerExecution({
    ...parts,
    container,
    executionId,
    nonce: Buffer.from(found.Config.Labels[LABEL.stream] ?? '', 'hex'),
    place,
    quota: (await place.leastFree()) ? undefined : volumes.quota,
    budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus },
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
    stop: (reason) => execution.stop(reason),
    hadEnded: !found.State.Running,
  };
}

/** With its container its report is gone. */
async function vanished(place: WorkspacePlace): Promise<AdoptedExecution> {
  const size = (await place.size()) ?? (await measureWorkspace(place.paths.root));
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
