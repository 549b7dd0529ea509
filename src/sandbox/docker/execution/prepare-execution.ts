import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Container, ContainerCreateOptions } from 'dockerode';
import type { Config } from '../../../config/schema.ts';
import type { Clock } from '../../../platform/clock.ts';
import { BpError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { containerOptions, type ContainerRequest, type ContainerSettings } from '../container/container-options.ts';
import { openContainerStream } from '../container/container-stream.ts';
import { DockerExecution, type ExecutionParts } from './docker-execution.ts';
import type { Engine } from '../client/docker-client.ts';
import { statusBehind } from '../client/engine-error.ts';
import { readEngineFacts, type EngineFacts } from '../client/engine-facts.ts';
import { outputPath } from '../../content/output-file.ts';
import { makeReportDirectory } from '../../lifecycle/report-file.ts';
import type { Owner } from '../../content/safe-directory.ts';
import type { ExecutionRequest } from '../../sandbox.ts';
import { makeSocketDirectory, type SocketPlace } from '../sockets.ts';
import { quotaFrom } from '../../content/size-watch.ts';
import type { Volumes } from '../../content/volumes.ts';
import { fillWorkspace, makeWorkspace, measureWorkspace } from '../../content/workspace.ts';

export interface LauncherDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config['sandbox'];
  /** The home's real path, and the name that labels and sockets know it by. */
  readonly home: string;
  readonly hash: string;
  readonly sockets: SocketPlace;
  readonly volumes: Volumes;
  readonly operator: Owner;
  readonly seccompPath: string;
}

/** An execution and the name of the folder in `workspaces` that is its own. */
export type Launch = ExecutionRequest & { readonly folder: string };

/** Makes and starts containers. */
export class Launcher {
  readonly #deps: LauncherDeps;
  #known: { readonly facts: EngineFacts; readonly settings: ContainerSettings } | undefined;

  constructor(deps: LauncherDeps) {
    this.#deps = deps;
  }

  /** See `Sandbox.prepare`. Leaves no container where it rejects. */
  async launch(request: Launch, signal: AbortSignal): Promise<DockerExecution> {
    const { home, operator, sockets, volumes } = this.#deps;
    const { executionId, folder } = request;
    const user = agentUser(this.#deps, request.agentNumber);
    const isRoot = operator.uid === 0;
    const [socketDirectory, report, place] = await Promise.all([
      makeSocketDirectory(sockets, executionId),
      isRoot ? makeReportDirectory(home, executionId) : undefined,
      volumes.acquire(executionId, folder),
    ]);
    const { paths } = place;
    await makeWorkspace(paths);
    const leastFree = await place.leastFree();
    // The engine takes its time over a container, and nothing reads the workspace before "go".
    const [container, filled] = await Promise.allSettled([
      this.#create({ ...request, leastFree }, { workspace: paths.root, sockets: socketDirectory, report }, signal),
      place.withRoom(() =>
        fillWorkspace(paths, { ...request, owner: isRoot ? user : undefined, stagingName: executionId }),
      ),
    ]);
    if (container.status === 'rejected') throw container.reason;
    try {
      if (filled.status === 'rejected') throw filled.reason;
      signal.throwIfAborted();
      const size = leastFree ? undefined : await measureWorkspace(paths.root);
      const quota = leastFree ? undefined : quotaFrom(volumes.quota, size);
      return await this.#start(container.value, request, { place, quota }, signal);
    } catch (error) {
      await remove(this.#deps.engine, container.value);
      throw error;
    }
  }

  /** Asked once and remembered, until `forget`. */
  async facts(signal: AbortSignal): Promise<EngineFacts> {
    return (await this.#learn(signal)).facts;
  }

  forget(): void {
    this.#known = undefined;
  }

  async #learn(signal: AbortSignal): Promise<{ readonly facts: EngineFacts; readonly settings: ContainerSettings }> {
    if (this.#known) return this.#known;
    const { engine, config, seccompPath } = this.#deps;
    const [facts, profile] = await Promise.all([readEngineFacts(engine, signal), readSeccomp(seccompPath)]);
    const seccomp = seccompOption(facts, profile, seccompPath);
    const { cgroupVersion, cpus, isPodman } = facts;
    this.#known = { facts, settings: { config, seccomp, cgroupVersion, cpus, isPodman } };
    return this.#known;
  }

  async #create(
    request: Launch & Pick<ContainerRequest, 'leastFree'>,
    mounts: ContainerRequest['mounts'],
    signal: AbortSignal,
  ): Promise<Container> {
    const { engine, hash } = this.#deps;
    const { executionId, agentId, agentNumber, bundle, wallMs, environment, leastFree } = request;
    const { settings } = await this.#learn(signal);
    const options = containerOptions(settings, {
      home: hash,
      executionId,
      agentId,
      cpuMs: bundle.cpuMs,
      memoryMb: bundle.memoryMb,
      wallMs,
      user: agentUser(this.#deps, agentNumber),
      environment,
      leastFree,
      mounts,
    });
    return createContainer(engine, options);
  }

  async #start(
    container: Container,
    request: Launch,
    workspace: Pick<ExecutionParts, 'place' | 'quota'>,
    signal: AbortSignal,
  ): Promise<DockerExecution> {
    const { engine, home, config, operator } = this.#deps;
    const { settings } = await this.#learn(signal);
    const { executionId, bundle, wallMs } = request;
    const hostLimitsSockets = settings.cgroupVersion === 1 && operator.uid === 0;
    const stream = await attach(engine, container, { stdin: true }, signal);
    const execution = new DockerExecution(
      {
        ...this.#deps,
        container,
        executionId,
        ...workspace,
        budget: { cpuMs: bundle.cpuMs, wallMs, marginMs: config.backstop_ms, cpus: settings.cpus },
        stopGraceMs: config.stop_grace_ms,
        socketBytesMax: hostLimitsSockets ? config.socket_bytes_max : undefined,
        output: { path: outputPath(home, executionId), bytesMax: config.output_bytes_max },
      },
      stream,
    );
    try {
      await engine.call('start a container', signal, (abortSignal) => container.start({ abortSignal }));
      await execution.begin(signal);
      return execution;
    } catch (error) {
      await execution.abandon();
      throw error;
    }
  }
}

/** Its streams; what the container said before is lost. */
export async function attach(
  engine: Engine,
  container: Container,
  { stdin }: { readonly stdin: boolean },
  signal: AbortSignal,
): Promise<NodeJS.ReadWriteStream> {
  return engine.call('attach to a container', signal, (abortSignal) =>
    openContainerStream(container, { stdin, abortSignal }),
  );
}

/** As root every agent has a user of its own, unless there are more agents than users; else all run as the operator. */
export function agentUser({ operator, config }: Pick<LauncherDeps, 'operator' | 'config'>, agentNumber: number): Owner {
  if (operator.uid !== 0) return operator;
  const id = config.agent_uid_base + (agentNumber % config.agent_uid_range);
  return { uid: id, gid: id };
}

/** Doesn't heed a signal: an engine that isn't listened to any more would make the container all the same. */
export async function createContainer(engine: Engine, options: ContainerCreateOptions): Promise<Container> {
  try {
    return await engine.call('make a container', undefined, () => engine.docker.createContainer(options));
  } catch (error) {
    const status = statusBehind(error);
    if (status === 404) throw imageMissing(String(options.Image), error);
    if (status === undefined && options.name !== undefined)
      await remove(engine, engine.docker.getContainer(options.name));
    throw error;
  }
}

export function imageMissing(image: string, cause: unknown): BpError {
  return new BpError('sandbox_image_missing', `the image ${image} does not exist`, {
    hint: 'build it with `bp-agents image`',
    cause,
  });
}

/** On the way out with another error: what can't be removed now is found at the next start by its label. */
export async function remove(engine: Engine, container: Container): Promise<void> {
  await engine
    .call('remove a container', undefined, (abortSignal) => container.remove({ force: true, v: true, abortSignal }))
    .catch(() => undefined);
}

/** Docker takes the profile itself; Podman opens a file of that name, and refuses to make a container without it. */
export function seccompOption({ isPodman }: Pick<EngineFacts, 'isPodman'>, profile: string, path: string): string {
  return isPodman ? resolve(path) : profile;
}

/** The profile as the engine takes it. Rejects with `sandbox_files`. */
export async function readSeccomp(path: string): Promise<string> {
  try {
    return JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new BpError('sandbox_files', `the seccomp profile ${path} can't be read`, {
      hint: 'install the program anew',
      cause: error,
    });
  }
}
