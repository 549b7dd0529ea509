import { stat } from 'node:fs/promises';
import { attach, type Launcher, type LauncherDeps } from './prepare-execution.ts';
import { DockerExecution } from './docker-execution.ts';
import { elapsedSinceGo } from '../../lifecycle/elapsed.ts';
import { executionEnd } from '../../lifecycle/end-cause.ts';
import { outputPath } from '../../content/output-file.ts';
import type { Reaper } from './sweep.ts';
import { readReport } from '../../lifecycle/report-file.ts';
import type { AdoptedExecution, AdoptionRequest } from '../../sandbox.ts';
import type { WorkspacePlace } from '../../content/volumes.ts';
import { measureWorkspace, workspaceFolder } from '../../content/workspace.ts';

/** See `Sandbox.adopt`. What the container printed since the earlier process ended is lost; its limits are not. */
export async function adopt(
  deps: LauncherDeps & { readonly launcher: Launcher; readonly reaper: Reaper },
  request: AdoptionRequest,
  signal: AbortSignal,
): Promise<AdoptedExecution> {
  const { engine, clock, config, home } = deps;
  const { executionId, bundle, wallMs } = request;
  const place = await deps.volumes.resume(executionId, workspaceFolder(request.agentId));
  const found = await deps.reaper.find(executionId, signal);
  if (!found) return vanished(home, executionId, place);
  const container = engine.docker.getContainer(found.Id);
  const stream = found.State.Running ? await attach(engine, container, { stdin: false }, signal) : undefined;
  const path = outputPath(home, executionId);
  const { cpus } = await deps.launcher.facts(signal);
  const execution = new DockerExecution(
    {
      ...deps,
      container,
      executionId,
      place,
      quota: (await place.leastFree()) ? undefined : deps.volumes.quota,
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
  return execution;
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
  };
}

async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
