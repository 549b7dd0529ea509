import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { BpError } from '../../platform/errors.ts';
import { adopt } from './execution/adopt-execution.ts';
import { createEngine, type Engine } from './client/docker-client.ts';
import { statusBehind } from './client/engine-error.ts';
import type { EngineFacts } from './client/engine-facts.ts';
import type { EngineAddress } from './client/engine-address.ts';
import { homeHash } from './labels.ts';
import { imageMissing, Launcher } from './execution/prepare-execution.ts';
import { outputPath } from '../content/output-file.ts';
import { probe, type ProbeDeps } from './execution/trial-run.ts';
import { Reaper } from './execution/sweep.ts';
import type { Sandbox } from '../sandbox.ts';
import { makeSocketDirectory, removeSocketRoot, type SocketPlace } from './sockets.ts';
import { Volumes } from '../content/volumes.ts';
import { workspaceFolder } from '../content/workspace.ts';

export interface DockerSandboxOptions {
  readonly docker: Docker;
  /** Where `docker` points; for messages. */
  readonly address: EngineAddress;
  /** The home's directory; must exist. */
  readonly home: string;
  readonly config: Config['sandbox'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** XDG_RUNTIME_DIR, where it is set. */
  readonly runtimeDirectory: string | undefined;
  /** PATH, by which the host's tools for workspaces are found. */
  readonly searchPath: string;
  /** The operator's own. 0: agents run as users of their own; else as the operator. */
  readonly uid: number;
  readonly gid: number;
  /** The file of the seccomp profile. */
  readonly seccompPath: string;
}

/** The sandbox on a Docker engine of this machine. Nothing is sent to the engine before a method is called. */
export function createDockerSandbox(options: DockerSandboxOptions): Sandbox {
  const { config, clock, logger, address, uid, gid, seccompPath } = options;
  const home = realpathSync(options.home);
  const hash = homeHash(home);
  const engine = createEngine(options.docker, clock);
  const sockets: SocketPlace = { uid, runtimeDirectory: options.runtimeDirectory, home: hash };
  const volumes = new Volumes({ home, config, uid, searchPath: options.searchPath, clock, logger });
  const deps = { engine, clock, logger, config, home, hash, sockets, volumes, operator: { uid, gid }, seccompPath };
  const launcher = new Launcher(deps);
  const reaper = new Reaper({ engine, home, hash, sockets, volumes });

  return {
    async check(signal) {
      // Another engine may answer by now.
      launcher.forget();
      const facts = await launcher.facts(signal);
      checkRuntime(config.runtime, facts);
      const imageId = await inspectImage(engine, config.image, signal);
      await probeVolumes({ launcher, reaper, clock, address, home, sockets, volumes }, signal);
      const { version, cgroupVersion, rootless } = facts;
      const watched = await volumes.missing();
      const warnings = [
        ...facts.warnings,
        ...(cgroupVersion === 1 && uid !== 0 ? [SOCKETS_UNLIMITED] : []),
        ...(watched === undefined ? [] : [`the size of workspaces is only watched: ${watched}`]),
      ];
      return { engineVersion: version, cgroupVersion, imageId, rootless, warnings };
    },
    async ping(signal) {
      await engine.call('answer', signal, () => engine.docker.ping());
    },
    socketDirectory(executionId) {
      return makeSocketDirectory(sockets, executionId);
    },
    prepare(request, signal) {
      return launcher.launch({ ...request, folder: workspaceFolder(request.agentId) }, signal);
    },
    adopt: (request, signal) => adopt({ ...deps, launcher, reaper }, request, signal),
    leftovers: (signal) => reaper.leftovers(signal),
    discard: (executionId) => reaper.discard(executionId),
    async close() {
      await volumes.putBackUnused();
      await removeSocketRoot(sockets);
    },
    forget: (executionId) => rm(outputPath(home, executionId), { force: true }),
    sweep: (keep, signal) => reaper.sweep(keep, signal),
  };
}

/** Where a container can't see a workspace that is a filesystem of its own, plain folders are tried before all is lost. */
async function probeVolumes(deps: ProbeDeps & { readonly volumes: Volumes }, signal: AbortSignal): Promise<void> {
  const { volumes } = deps;
  if ((await volumes.missing()) !== undefined) return probe(deps, signal);
  try {
    await probe(deps, signal);
  } catch (error) {
    if (!(error instanceof BpError) || !['sandbox_volume', 'sandbox_mounts'].includes(error.code)) throw error;
    volumes.disable(`filesystems in files can't be used here (${error.message})`);
    await probe(deps, signal);
  }
}

const SOCKETS_UNLIMITED =
  'cgroup v1 without root: an agent can hold memory that it did not buy in the buffers of its TCP sockets';

function checkRuntime(runtime: string | null, { runtimes }: EngineFacts): void {
  if (runtime === null || runtimes.includes(runtime)) return;
  throw new BpError('sandbox_runtime', `the engine has no runtime ${runtime}, only ${runtimes.join(', ')}`, {
    hint: 'register it with the engine, or change sandbox.runtime',
  });
}

async function inspectImage(engine: Engine, image: string, signal: AbortSignal): Promise<string> {
  try {
    const { Id } = await engine.call('inspect the image', signal, () => engine.docker.getImage(image).inspect());
    return Id;
  } catch (error) {
    if (statusBehind(error) === 404) throw imageMissing(image, error);
    throw error;
  }
}
