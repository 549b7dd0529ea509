import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { BpError } from '../platform/errors.ts';
import { adopt } from './adoption.ts';
import { createEngine, type Engine } from './engine-calls.ts';
import { statusBehind } from './engine-error.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { EngineAddress } from './engine.ts';
import { homeHash } from './labels.ts';
import { imageMissing, Launcher } from './launcher.ts';
import { outputPath } from './output-file.ts';
import { probe } from './probe.ts';
import { Reaper } from './reaper.ts';
import type { Sandbox } from './sandbox.ts';
import { makeSocketDirectory, removeSocketRoot, type SocketPlace } from './sockets.ts';
import { workspaceFolder } from './workspace.ts';

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
  const deps = { engine, clock, logger, config, home, hash, sockets, operator: { uid, gid }, seccompPath };
  const launcher = new Launcher(deps);
  const reaper = new Reaper({ engine, home, hash, sockets });

  return {
    async check(signal) {
      // Another engine may answer by now.
      launcher.forget();
      const facts = await launcher.facts(signal);
      checkRuntime(config.runtime, facts);
      const imageId = await inspectImage(engine, config.image, signal);
      await probe({ launcher, reaper, clock, address, home, sockets }, signal);
      const { version, cgroupVersion, rootless } = facts;
      const isUnlimited = cgroupVersion === 1 && uid !== 0;
      const warnings = isUnlimited ? [...facts.warnings, SOCKETS_UNLIMITED] : facts.warnings;
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
    close: () => removeSocketRoot(sockets),
    forget: (executionId) => rm(outputPath(home, executionId), { force: true }),
    sweep: (keep, signal) => reaper.sweep(keep, signal),
  };
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
