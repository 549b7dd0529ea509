import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { outputPath } from '../../config/home-places.ts';
import { ShippedWorkspaces } from '../content/shipped/shipped-workspaces.ts';
import { Volumes } from '../content/volumes.ts';
import { Workspaces } from '../content/workspaces.ts';
import { workspaceFolder } from '../content/workspace.ts';
import type { Sandbox } from '../sandbox.ts';
import { createDockerClient } from './client/docker-client.ts';
import type { EngineAddress } from './client/engine-address.ts';
import { knownSettings } from './container/container-settings.ts';
import { workspaceVolumes } from './container/workspace-volumes.ts';
import { adoptExecution } from './execution/adopt-execution.ts';
import { Carriers } from './execution/carriers.ts';
import { check } from './execution/check.ts';
import { discardExecution } from './execution/discard-execution.ts';
import { prepareExecution } from './execution/prepare-execution.ts';
import { UnbegunExecutions } from './execution/unbegun-executions.ts';
import { sweep } from './execution/sweep.ts';
import { homeLabelOf } from './labels.ts';

export interface DockerSandboxOptions {
  readonly docker: Docker;
  /** Where `docker` points; for messages. */
  readonly address: EngineAddress;
  /** The home's directory; must exist. */
  readonly home: string;
  readonly config: Config['sandbox'];
  readonly clock: Clock;
  readonly random: Randomness;
  readonly logger: Logger;
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
  const { config, clock, random, logger, address, uid, gid, seccompPath, searchPath } = options;
  const home = realpathSync(options.home);
  const homeLabel = homeLabelOf(home);
  const client = createDockerClient(options.docker, clock);
  const volumes = new Volumes({ home, config, uid, searchPath, clock, logger });
  const shipped = new ShippedWorkspaces({ home, config, volumes: workspaceVolumes(client, homeLabel), clock, logger });
  const shipping = config.workspace_placement === 'shipped' || process.platform !== 'linux';
  const parts = {
    ...{ client, clock, random, logger, config, home, homeLabel },
    workspaces: new Workspaces(volumes, shipped, { shipping }),
    settings: knownSettings({ client, config, seccompPath }),
    operator: { uid, gid },
    carriers: new Carriers(),
  };
  const unbegun = new UnbegunExecutions();

  return {
    check: (signal) => check({ ...parts, address }, signal),
    async ping(signal) {
      await client.call('answer', signal, () => client.docker.ping());
    },
    prepare: (request, signal) =>
      unbegun.prepare(request.executionId, signal, (until) =>
        prepareExecution(parts, { ...request, folder: workspaceFolder(request.agentId) }, until),
      ),
    adopt: (request, signal) => adoptExecution(parts, request, signal),
    discard: (executionId) => discardExecution(parts, executionId),
    async close() {
      await unbegun.close((executionId) => discardExecution(parts, executionId));
      await parts.workspaces.putBackUnused();
    },
    forget: (executionId) => rm(outputPath(home, executionId), { force: true }),
    sweep: (keep, signal) => sweep(parts, keep, signal),
  };
}
