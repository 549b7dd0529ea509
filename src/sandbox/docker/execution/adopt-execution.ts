import { stat } from 'node:fs/promises';
import { outputPath } from '../../../config/home-places.ts';
import type { WorkspacePlace } from '../../content/volumes.ts';
import { measureWorkspace, workspaceFolder } from '../../content/workspace.ts';
import { elapsedSinceGo } from '../../lifecycle/elapsed.ts';
import { executionEnd } from '../../lifecycle/end-cause.ts';
import { readReport } from '../../lifecycle/report-file.ts';
import type { AdoptedExecution, AdoptionRequest } from '../../sandbox.ts';
import { attachTo, inspectContainer, listContainers } from '../container/container.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { DockerExecution } from './docker-execution.ts';

/** See `Sandbox.adopt`. What the container printed since the earlier process ended is lost; its limits are not. */
export async function adoptExecution(
  parts: SandboxParts,
  request: AdoptionRequest,
  signal: AbortSignal,
): Promise<AdoptedExecution> {
  const { client, clock, config, home, homeLabel, volumes, settings } = parts;
  const { executionId, bundle, wallMs } = request;
  const place = await volumes.resume(executionId, workspaceFolder(request.agentId));
  const [listed] = await listContainers(client, { homeLabel, executionId }, signal);
  const found = listed && (await inspectContainer(client, listed.Id, signal));
  if (!found) return vanished(home, executionId, place);
  const container = client.docker.getContainer(found.Id);
  const stream = found.State.Running ? await attachTo(client, container, { stdin: false }, signal) : undefined;
  const path = outputPath(home, executionId);
  const { cpus } = (await settings.get(signal)).facts;
  const execution = new DockerExecution(
    {
      ...parts,
      container,
      executionId,
      place,
      quota: (await place.leastFree()) ? undefined : volumes.quota,
      budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus },
      stopGraceMs: config.stop_grace_ms,
      // Was set before its "go".
      socketBytesMax: undefined,
      output: { path, bytesMax: config.output_bytes_max, bytesKept: await fileBytes(path) },
    },
    stream,
  );
  const byWallClock = clock.now() - request.startedAt;
  await execution.resume(await elapsedSinceGo({ byWallClock, pid: found.State.Pid, containerId: found.Id }));
  return {
    ended: execution.ended,
    stop: (reason) => execution.stop(reason),
    usedCpuMs: () => execution.usedCpuMs(),
    hadEnded: !found.State.Running,
  };
}

/** All that is left of it is its report, if that. */
async function vanished(home: string, executionId: string, place: WorkspacePlace): Promise<AdoptedExecution> {
  const [report, size] = await Promise.all([
    readReport(home, executionId),
    place.size().then((size) => size ?? measureWorkspace(place.paths.root)),
  ]);
  const unknown = { cpuMs: undefined, wallMs: undefined, outputBytes: undefined };
  const end = executionEnd({
    report,
    failure: undefined,
    container: undefined,
    went: true,
    hostStop: undefined,
    measured: { ...unknown, workspaceBytes: size?.bytes, workspaceFiles: size?.files },
  });
  return {
    ended: Promise.resolve(end),
    stop: () => Promise.resolve(),
    usedCpuMs: () => Promise.resolve(end.usage.cpuMs ?? undefined),
    hadEnded: true,
  };
}

async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
